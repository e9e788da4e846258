// Package relaying serves the Lambdas that bring commits from the events table to the feed and to the topic.
package relaying

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/internal/limits"
)

// Relay serves the stream of the events table.
func Relay() {
	client := wiring.Database()
	relay := &dynamo.Relay{Feed: wiring.Feed(client), Directory: wiring.Directory(client), Publisher: publisher(), Wake: true}
	wiring.Start(relay.Handle)
}

// Asked is what the sweeper is called with. A schedule's event says nothing of it.
type Asked struct {
	Since time.Time `json:"since"` // from when to sweep, for who calls it by hand; zero for what it usually is
}

// Sweeper serves a schedule: it relays what the relay never got to the feed, and lists what it never got to the directory.
func Sweeper() {
	client := wiring.Database()
	sweeper := &dynamo.Sweeper{Feed: wiring.Feed(client), Directory: wiring.Directory(client), Publisher: publisher(), Wake: true}
	wiring.Start(func(ctx context.Context, asked Asked) (int, error) {
		now := time.Now()
		since := asked.Since
		if since.IsZero() {
			since = now.Add(-limits.SweepFrom)
		}
		return sweeper.Sweep(ctx, since, now.Add(-limits.SweepUntil))
	})
}

func publisher() *messaging.Publisher { return NewPublisher(wiring.Config(), wiring.Environment) }

// NewPublisher makes the publisher of what a stack says of it, by the names of package setting.
func NewPublisher(cfg aws.Config, says func(name string) string) *messaging.Publisher {
	return &messaging.Publisher{Client: sns.NewFromConfig(cfg), Topic: says(setting.Topic)}
}
