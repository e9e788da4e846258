// Package queueing lets Lambdas queue commands for single writers, and jobs, by SQS, and count what is in queues.
package queueing

import (
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// Inbox is for the Lambdas of commands of aggregates with a single writer.
func Inbox() wiring.Option {
	return func(p *wiring.Parts) {
		p.Inbox = &messaging.Inbox{Client: sqs.NewFromConfig(wiring.Config()), Queue: wiring.Environment(setting.InboxQueue)}
	}
}

// Upkeep is for the Lambdas that ask for jobs, and for the one that carries them out.
func Upkeep() wiring.Option {
	return func(p *wiring.Parts) {
		p.Upkeep = &messaging.Inbox{Client: sqs.NewFromConfig(wiring.Config()), Queue: wiring.Environment(setting.UpkeepQueue)}
	}
}

// Backlogs is for the Lambda that tells how views stand.
func Backlogs() wiring.Option {
	return func(p *wiring.Parts) {
		stage := topology.Stage(wiring.Environment(setting.Stage))
		p.Backlogs = &messaging.Backlogs{Client: sqs.NewFromConfig(wiring.Config()), Name: stage.Name}
	}
}
