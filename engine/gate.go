package engine

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Gate tells a process where its store is moving. It remembers what it has read for [TurnBound]: who has changed a move waits
// as long, and can then be sure that every process goes by it. A nil Gate is that of a store which does not move. It is safe
// for concurrent use.
type Gate struct {
	Moves Moves
	Bound time.Duration // in place of TurnBound, unless it is 0

	mu    sync.Mutex
	known Move
	until time.Time
}

// Move gives the store's move.
func (g *Gate) Move(ctx context.Context) (Move, error) {
	if g == nil {
		return Move{}, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if now.Before(g.until) {
		return g.known, nil
	}
	m, err := g.Moves.Move(ctx)
	if err != nil {
		return Move{}, fmt.Errorf("read whether the store moves: %w", err)
	}
	g.known, g.until = m, now.Add(bounded(g.Bound))
	return m, nil
}
