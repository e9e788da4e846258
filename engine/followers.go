package engine

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/foldstream/foldstream/es"
)

// FeedTopic is the topic of those who follow the feed.
const FeedTopic Topic = "feed"

// Advanced is what those who follow the feed are told when it goes on: they read it from where they are.
type Advanced struct {
	Type string `json:"type"` // Advanced
	End  uint64 `json:"end"`  // of the feed
}

// Followers tells those who follow the feed that it goes on.
type Followers struct {
	Connections Connections
	Pusher      Pusher
	World       World
}

// Tell tells all of them where the feed ends. It fails when they cannot be found; who cannot be told will ask. Whose token
// has run out is told once more, and then forgotten: who asks then learns why.
func (f *Followers) Tell(ctx context.Context, end uint64) error {
	followers, err := f.Connections.OfTopic(ctx, FeedTopic)
	if err != nil {
		return fmt.Errorf("find who follows the feed: %w", err)
	}
	message, err := es.Encode(Advanced{Type: "Advanced", End: end})
	if err != nil {
		return &es.Fault{Doing: "encode where the feed ends", Err: err}
	}
	now := f.World.Time()
	for _, c := range followers {
		there, err := push(ctx, f.Connections, f.Pusher, now, c, message)
		if there && !now.Before(c.Expires) {
			err = f.Connections.Disconnect(ctx, c.ID)
		}
		if err != nil {
			slog.WarnContext(ctx, "push failed", "connection", c.ID, "error", err)
		}
	}
	return nil
}

// Herald is a consumer beside which those who follow the feed are told that it goes on.
type Herald struct {
	*Consumer
	Followers *Followers
}

// Deliver hands commits to the consumer. Of wake-ups the last one says where the feed ends.
func (h Herald) Deliver(ctx context.Context, stream es.StreamID, commits []es.Commit, attempt int) error {
	if stream != FeedStream || len(commits) == 0 {
		return h.Consumer.Deliver(ctx, stream, commits, attempt)
	}
	return h.Followers.Tell(ctx, commits[len(commits)-1].Version)
}
