// Package mailing serves the Lambdas of sagas that post mails, by SES.
package mailing

import (
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/foldstream/foldstream/adapters/ses"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/es"
)

// EventHandler serves the queue of a declared saga.
func EventHandler(decl *es.Saga) {
	client := sesv2.NewFromConfig(wiring.Config())
	wiring.ServeSaga(decl, &ses.Mailer{Client: client, From: wiring.Environment(setting.MailFrom)})
}
