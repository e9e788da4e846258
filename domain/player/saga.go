package player

import "github.com/foldstream/foldstream/es"

// Payments sees to it that a payment becomes lives, or goes back.
var Payments = es.NewSaga(
	"player-payments",
	es.React(Aggregate, func(e PaymentReceived, m es.Meta) []es.Act {
		return []es.Act{es.Send(DoGrantLives, GrantLives{Username: m.Stream.ID(), PaymentID: e.PaymentID})}
	}),
)
