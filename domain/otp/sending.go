package otp

import (
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// Sending sends the codes that are requested.
var Sending = es.NewSaga(
	"otp-sending",
	es.React(Aggregate, func(e SMSRequested, m es.Meta) []es.Act {
		if e.To == "" {
			return nil // whose it was is forgotten
		}
		return []es.Act{es.Text(es.SMS{
			Number: e.To,
			Text:   codeOf(m.Secret, e.Key) + " is your Foldstream code. It is good for 30 hours, once. Tell it to nobody.",
		})}
	}),
	es.React(Aggregate, func(e EmailRequested, m es.Meta) []es.Act {
		if e.To == "" {
			return nil
		}
		return []es.Act{es.Post(es.Mail{
			Address: e.To,
			Subject: "Your Foldstream code",
			Text: fmt.Sprintf("Hello,\n\nyour code is %s. It is good once, until %s. Tell it to nobody.\n\n"+
				"If you did not ask for it, there is nothing that you need to do.\n",
				codeOf(m.Secret, e.Key), e.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC")),
		})}
	}),
).UsesSecret().SendsTexts().PostsMails()
