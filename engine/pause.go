package engine

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is how long to wait before trying again: after the first try up to First, doubled with each further one, at most
// Longest; with full jitter, so that those who met once do not meet again.
type Backoff struct{ First, Longest time.Duration }

// Pause waits before another try; tries is how many there have been, from 1. It ends early, with its error, when the
// context does.
func (b Backoff) Pause(ctx context.Context, tries int) error {
	most := b.First
	for ; tries > 1 && most < b.Longest; tries-- {
		most *= 2
	}
	return wait(ctx, rand.N(min(most, b.Longest)))
}

// wait waits; it ends early, with its error, when the context does.
func wait(ctx context.Context, long time.Duration) error {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
