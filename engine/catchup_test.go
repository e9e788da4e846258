package engine_test

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/goleak"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// numbers is a feed of commits that are nothing but their positions.
type numbers struct {
	last   uint64
	breaks uint64 // behind this position
}

var errBroken = errors.New("the feed is broken")

func (n numbers) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	if n.breaks > 0 && after >= n.breaks {
		return nil, errBroken
	}
	var commits []es.Positioned
	for p := after + 1; p <= n.last && len(commits) < min(limit, 7); p++ {
		commits = append(commits, es.Positioned{Position: p})
	}
	return commits, ctx.Err()
}

func (n numbers) End(context.Context) (uint64, error) { return n.last, nil }

func TestCatchUp(t *testing.T) {
	defer goleak.VerifyNone(t)
	read := func(ctx context.Context, feed engine.Feed, after, stop uint64) (last uint64, err error) {
		last = after
		for c, err := range engine.CatchUp(ctx, feed, after) {
			if err != nil {
				return last, err
			}
			if c.Position != last+1 {
				t.Fatalf("behind %d came %d", last, c.Position)
			}
			if last = c.Position; last == stop {
				break
			}
		}
		return last, nil
	}
	t.Run("yields everything once and in order", func(t *testing.T) {
		if last, err := read(t.Context(), numbers{last: 100}, 3, 0); last != 100 || err != nil {
			t.Fatalf("ended at %d, %v", last, err)
		}
	})
	t.Run("stops when it is told to", func(t *testing.T) {
		if last, err := read(t.Context(), numbers{last: 100}, 0, 10); last != 10 || err != nil {
			t.Fatalf("ended at %d, %v", last, err)
		}
	})
	t.Run("yields what came before an error, and the error", func(t *testing.T) {
		if last, err := read(t.Context(), numbers{last: 100, breaks: 14}, 0, 0); last != 14 || !errors.Is(err, errBroken) {
			t.Fatalf("ended at %d, %v", last, err)
		}
	})
	t.Run("ends with its context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if last, err := read(ctx, numbers{last: 100}, 0, 0); last != 0 || (err != nil && !errors.Is(err, context.Canceled)) {
			t.Fatalf("ended at %d, %v", last, err)
		}
	})
}
