package local

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// heralds is how long those who follow the feed are left alone after they were told that it goes on: they are told of many
// commits at once.
const heralds = 20 * time.Millisecond

// herald tells those who follow the feed that it goes on, until the context ends. It begins at the end: who follows from
// before reads first.
func (s *System) herald(ctx context.Context) error {
	followers := &engine.Followers{Connections: s.Store, Pusher: s.hub, World: s.World}
	told, err := s.Store.End(ctx)
	for ; ctx.Err() == nil; told, err = s.advance(ctx, told, followers) {
		wait := heralds
		if err != nil {
			slog.ErrorContext(ctx, "telling followers failed", "error", err)
			wait = time.Second
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	return nil
}

// advance waits until the feed has gone on from where followers have been told, and tells them.
func (s *System) advance(ctx context.Context, told uint64, followers *engine.Followers) (uint64, error) {
	end, err := s.Store.AwaitEnd(ctx, told)
	if err == nil {
		err = followers.Tell(ctx, end)
	}
	if err != nil {
		if errors.Is(err, ctx.Err()) {
			err = nil
		}
		return told, err
	}
	return end, nil
}
