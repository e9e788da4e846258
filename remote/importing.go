package remote

import (
	"context"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/relaying"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// importer relays what it copies, as the stage's own relay does.
func (s *surroundings) importer(feed *dynamo.Feed, directory *dynamo.Directory, names dynamo.Names) *dynamo.Importer {
	return &dynamo.Importer{
		Relay:       &dynamo.Relay{Feed: feed, Directory: directory, Publisher: s.publisher(), Wake: true},
		Checkpoints: names.Checkpoints,
	}
}

type latePublisher struct{ *late[*messaging.Publisher] }

func (s *surroundings) publisher() engine.Publisher {
	return latePublisher{after(s, topology.PublishCommits, relaying.NewPublisher)}
}

func (l latePublisher) Publish(ctx context.Context, commits []es.Commit) error {
	port, err := l.get(ctx)
	if err != nil {
		return err
	}
	return port.Publish(ctx, commits)
}
