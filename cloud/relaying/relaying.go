// Package relaying serves the Lambdas that bring commits from the events table to the feed and to the topic.
package relaying

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/internal/limits"
)

// Relay serves the stream of the events table.
func Relay() {
	wiring.Start((&dynamo.Relay{Feed: wiring.Feed(wiring.Database()), Publisher: publisher(), Wake: wake()}).Handle)
}

// Sweeper serves a schedule: it relays what the relay never got to the feed.
func Sweeper() {
	sweeper := &dynamo.Sweeper{Feed: wiring.Feed(wiring.Database()), Publisher: publisher(), Wake: wake()}
	wiring.Start(func(ctx context.Context, _ struct{}) (int, error) { // the event says nothing but the time
		now := time.Now()
		return sweeper.Sweep(ctx, now.Add(-limits.SweepFrom), now.Add(-limits.SweepUntil))
	})
}

// wake reports whether there are views that follow the feed.
func wake() bool { return os.Getenv(setting.WakeFollowers) == "true" }

func publisher() *messaging.Publisher {
	return &messaging.Publisher{Client: sns.NewFromConfig(wiring.Config()), Topic: wiring.Environment(setting.Topic)}
}
