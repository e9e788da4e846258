// Package mailing lets Lambdas post mails, by SES.
package mailing

import (
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/foldstream/foldstream/adapters/ses"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Mails is for the Lambdas of sagas that post mails.
func Mails() wiring.Option {
	return func(p *wiring.Parts) {
		p.Mailer = &ses.Mailer{Client: sesv2.NewFromConfig(wiring.Config()), From: wiring.Environment(setting.MailFrom)}
	}
}
