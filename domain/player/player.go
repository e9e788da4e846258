// Package player is who somebody with an account is in a game: somebody with lives.
//
// A player's stream is that of the account: two aggregates fold it, each knowing only its own events. Nobody but the owner
// may act on a player, apart from the sagas.
package player

import (
	"slices"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// Player is the state of a player; the zero value is one who has not done anything yet.
type Player struct {
	Lives   int
	Deaths  int       // the number of the last one
	Settled int       // the number of the last one that a life was spent on, or that does not matter any more
	Pending []Payment // received, and neither granted nor refunded yet
}

// Payment is money for lives.
type Payment struct {
	ID        string
	Amount    string
	Lives     int
	LivesThen int // that the player had at purchase
}

// Aggregate is the fold of players.
var Aggregate = es.Of(
	account.Category,
	es.On[PaymentReceived]("PaymentReceived"),
	es.On[LivesGranted]("LivesGranted"),
	es.On[PaymentRefunded]("PaymentRefunded"),
	es.On[Died]("PlayerDied"),
	es.On[LifeSpent]("LifeSpent"),
	es.On[Exited]("PlayerExited"),
).Partial().Private()

// The refusals of players.
var (
	ErrNotYours         = es.Forbidden("NotYours", "only the owner may do this")
	ErrNoLivesLeft      = es.Conflict("NoLivesLeft", "there is no life left to come back with")
	ErrAmountNotOffered = &es.Rejection{
		Code: "AmountNotOffered", Kind: es.KindInvalid, Field: "amount", Detail: "1.50 buys 1 life, 3 buys 2, and 20 buys 25",
	}
)

// owns refuses whoever is not the player.
func owns(username string, env es.Env) error {
	if env.Invoker.User != account.Subject(username) {
		return ErrNotYours
	}
	return nil
}

// PaymentReceived says that a player has paid for lives, which are yet to be granted.
type PaymentReceived struct {
	PaymentID string `json:"paymentId"`
	Amount    string `json:"amount"` // in dollars, with two decimals
	Lives     int    `json:"lives"`
	LivesThen int    `json:"livesThen"` // that the player had at purchase
}

// Evolve implements [es.Event].
func (e PaymentReceived) Evolve(p Player) Player {
	p.Pending = append(slices.Clone(p.Pending), Payment{ID: e.PaymentID, Amount: e.Amount, Lives: e.Lives, LivesThen: e.LivesThen})
	return p
}

// LivesGranted says that a player has the lives of a payment.
type LivesGranted struct {
	PaymentID string `json:"paymentId"`
	Lives     int    `json:"lives"`
}

// Evolve implements [es.Event].
func (e LivesGranted) Evolve(p Player) Player {
	p.Lives += e.Lives
	return p.settled(e.PaymentID)
}

// PaymentRefunded says that a player gets the money of a payment back, since the lives were no longer what they were.
type PaymentRefunded struct {
	PaymentID string `json:"paymentId"`
	Amount    string `json:"amount"`
}

// Evolve implements [es.Event].
func (e PaymentRefunded) Evolve(p Player) Player { return p.settled(e.PaymentID) }

func (p Player) settled(paymentID string) Player {
	p.Pending = slices.DeleteFunc(slices.Clone(p.Pending), func(p Payment) bool { return p.ID == paymentID })
	return p
}

// Died says that a player is dead, which costs a life wherever that brings them back.
type Died struct {
	Death int `json:"death"` // 1, 2, 3 …
}

// Evolve implements [es.Event].
func (e Died) Evolve(p Player) Player {
	p.Deaths = e.Death
	return p
}

// LifeSpent says that a life brought a player back, however often they had died since the last one.
type LifeSpent struct {
	RoomID string `json:"roomId"`
	Death  int    `json:"death"` // the last one that it makes up for
}

// Evolve implements [es.Event].
func (e LifeSpent) Evolve(p Player) Player {
	p.Lives--
	p.Settled = e.Death
	return p
}

// Exited says that a player has left the game, and with it all rooms. A death before it does not matter any more.
type Exited struct{}

// Evolve implements [es.Event].
func (Exited) Evolve(p Player) Player {
	p.Settled = p.Deaths
	return p
}
