package remote

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/topology"
)

type lateSweeper struct{ *late[*dynamo.Sweeper] }

// sweeper is one like the stage's own, for whoever cannot wait for its time.
func (s *surroundings) sweeper(client *dynamodb.Client, names dynamo.Names) engine.Sweeper {
	events := &dynamo.EventStore{Client: client, Table: names.Events, Leases: names.Leases}
	return lateSweeper{after(s, topology.PublishCommits, func(cfg aws.Config, says func(string) string) *dynamo.Sweeper {
		return &dynamo.Sweeper{
			Feed: &dynamo.Feed{Client: client, Table: names.Feed, Events: events}, Directory: &dynamo.Directory{Client: client, Table: names.Directory},
			Publisher: &messaging.Publisher{Client: sns.NewFromConfig(cfg), Topic: says(setting.Topic)}, Wake: true,
		}
	})}
}

func (l lateSweeper) Sweep(ctx context.Context, from, until time.Time) (int, error) {
	port, err := l.get(ctx)
	if err != nil {
		return 0, err
	}
	return port.Sweep(ctx, from, until)
}
