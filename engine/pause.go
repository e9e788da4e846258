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
	timer := time.NewTimer(rand.N(min(most, b.Longest)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
