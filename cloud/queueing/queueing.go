// Package queueing lets Lambdas queue commands for single writers, by SQS.
package queueing

import (
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Inbox is for the Lambdas of commands of aggregates with a single writer.
func Inbox() wiring.Option {
	return func(p *wiring.Parts) {
		p.Inbox = &messaging.Inbox{Client: sqs.NewFromConfig(wiring.Config()), Queue: wiring.Environment(setting.InboxQueue)}
	}
}
