package player

import (
	"slices"
	"time"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// shownPayments are how many payments of a player are shown, so that no document grows for ever.
const shownPayments = 20

// Profile is what can be known of a player.
type Profile struct {
	ID       string          `json:"id"` // the user name
	Lives    int             `json:"lives"`
	Deaths   int             `json:"deaths"`
	Alive    bool            `json:"alive"`
	Payments []PaymentStatus `json:"payments"` // latest last
}

// PaymentStatus is what has become of a payment.
type PaymentStatus struct {
	ID     string    `json:"id"`
	Amount string    `json:"amount"`
	Lives  int       `json:"lives"`
	Status string    `json:"status" jsonschema:"enum=received,enum=granted,enum=refunded"`
	At     time.Time `json:"at"`
}

// Profiles is the view of players by user name. They are there as soon as their account is.
var Profiles = es.Project(
	"players",
	es.Upon(account.Aggregate, func(_ Profile, _ account.SignedUp, m es.Meta) Profile {
		return Profile{ID: m.Stream.ID(), Alive: true}
	}),
	es.Upon(Aggregate, func(p Profile, e PaymentReceived, m es.Meta) Profile {
		paid := PaymentStatus{ID: e.PaymentID, Amount: e.Amount, Lives: e.Lives, Status: "received", At: m.Time}
		p.Payments = append(slices.Clone(p.Payments[max(0, len(p.Payments)-shownPayments+1):]), paid)
		return p
	}),
	es.Upon(Aggregate, func(p Profile, e LivesGranted, _ es.Meta) Profile {
		p.Lives += e.Lives
		return p.mark(e.PaymentID, "granted")
	}),
	es.Upon(Aggregate, func(p Profile, e PaymentRefunded, _ es.Meta) Profile { return p.mark(e.PaymentID, "refunded") }),
	es.Upon(Aggregate, func(p Profile, e Died, _ es.Meta) Profile {
		p.Deaths, p.Alive = e.Death, false
		return p
	}),
	es.Upon(Aggregate, func(p Profile, _ LifeSpent, _ es.Meta) Profile {
		p.Lives--
		p.Alive = true
		return p
	}),
	es.Upon(Aggregate, func(p Profile, _ Exited, _ es.Meta) Profile {
		p.Alive = true
		return p
	}),
)

func (p Profile) mark(paymentID, status string) Profile {
	p.Payments = slices.Clone(p.Payments)
	for i := range p.Payments {
		if p.Payments[i].ID == paymentID {
			p.Payments[i].Status = status
		}
	}
	return p
}

// GetPlayer declares the query for a player.
var GetPlayer = es.Get(Profiles, "get-player", "GET /players/{username}")
