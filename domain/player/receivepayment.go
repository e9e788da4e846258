package player

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// ReceivePayment takes a payment for lives. A saga sees to the rest: whether the lives are granted or the money goes back.
type ReceivePayment struct {
	Username string `json:"-" path:"username"`
	Amount   string `json:"amount"` // in dollars, as "1.50"
}

// PaymentID is what [ReceivePayment] answers.
type PaymentID struct {
	PaymentID string `json:"paymentId"`
}

// DoReceivePayment declares [ReceivePayment].
var DoReceivePayment = es.Handles[ReceivePayment](
	Aggregate, "receive-payment", "POST /players/{username}/payments", es.Answers[PaymentID](),
)

// Stream implements [es.Command].
func (c ReceivePayment) Stream() string { return account.Normalise(c.Username) }

// Validate implements [es.Command].
func (c ReceivePayment) Validate() error {
	if err := account.CheckUsername("username", c.Username); err != nil {
		return err
	}
	_, err := canonical(c.Amount)
	return err
}

// Decide gives [PaymentReceived], or [ErrNotYours], [ErrAmountNotOffered].
func (c ReceivePayment) Decide(p Player, env es.Env) ([]es.Event[Player], error) {
	if err := owns(c.Username, env); err != nil {
		return nil, err
	}
	amount, err := canonical(c.Amount)
	if err != nil {
		return nil, err
	}
	lives, offered := offers[amount]
	if !offered {
		return nil, ErrAmountNotOffered
	}
	return []es.Event[Player]{PaymentReceived{PaymentID: env.ID, Amount: amount, Lives: lives, LivesThen: p.Lives}}, nil
}

// Answer implements [es.Answering]. A repeated payment has the same [es.Env.ID], and so the same answer.
func (c ReceivePayment) Answer(_ Player, env es.Env) (any, error) { return PaymentID{env.ID}, nil }
