package player

import (
	"slices"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// GrantLives settles a payment that has been received. Only sagas send it.
type GrantLives struct {
	Username  string `json:"username"`
	PaymentID string `json:"paymentId"`
}

// DoGrantLives declares [GrantLives].
var DoGrantLives = es.Internal[GrantLives](Aggregate, "grant-lives")

// Stream implements [es.Command].
func (c GrantLives) Stream() string { return account.Normalise(c.Username) }

// Validate implements [es.Command].
func (c GrantLives) Validate() error {
	if c.PaymentID == "" {
		return es.Invalid("paymentId", "which payment is it?")
	}
	return account.CheckUsername("username", c.Username)
}

// Decide gives [LivesGranted] if the player has as many lives as at purchase, and else [PaymentRefunded], so that nothing
// is lost; nothing when the payment has been settled before.
func (c GrantLives) Decide(p Player, _ es.Env) ([]es.Event[Player], error) {
	i := slices.IndexFunc(p.Pending, func(p Payment) bool { return p.ID == c.PaymentID })
	if i < 0 {
		return nil, nil
	}
	payment := p.Pending[i]
	if p.Lives != payment.LivesThen {
		return []es.Event[Player]{PaymentRefunded{PaymentID: payment.ID, Amount: payment.Amount}}, nil
	}
	return []es.Event[Player]{LivesGranted{PaymentID: payment.ID, Lives: payment.Lives}}, nil
}
