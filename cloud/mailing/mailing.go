// Package mailing lets Lambdas post mails: by SES, or into the outbox of a stage that does not send to people.
package mailing

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/ses"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
)

// Mails is for the Lambdas of sagas that post mails.
func Mails() wiring.Option {
	return func(p *wiring.Parts) {
		if os.Getenv(setting.OutboxTable) == "" {
			wiring.Environment(setting.MailFrom) // must be there
		}
		p.Mailer = New(wiring.Config(), os.Getenv)
	}
}

// New makes a mailer of what a stack says of it, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) engine.Mailer {
	if table := says(setting.OutboxTable); table != "" {
		return &dynamo.Outbox{Client: dynamodb.NewFromConfig(cfg), Table: table}
	}
	return &ses.Mailer{Client: sesv2.NewFromConfig(cfg), From: says(setting.MailFrom)}
}
