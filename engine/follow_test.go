package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// moody is a log that fails when it is told to.
type moody struct {
	*memory
	fails []error
}

func (m *moody) End(ctx context.Context) (uint64, error) {
	if len(m.fails) > 0 {
		err := m.fails[0]
		m.fails = m.fails[1:]
		return 0, err
	}
	return m.memory.End(ctx)
}

func (m *moody) Look(ctx context.Context, l engine.Look) (found []es.Positioned, err error) {
	all, err := m.Read(ctx, l.First-1, int(l.Last-l.First)+1)
	for _, c := range all {
		if (l.Stream == "" || c.Stream == l.Stream) && len(found) < l.Limit {
			found = append(found, c)
		}
	}
	return found, err
}

// TestFollowGoesOn follows a feed that grows, of a store that is busy now and then, until that fails for good.
func TestFollowGoesOn(t *testing.T) {
	m := &moody{memory: newMemory()}
	happens := func(n int) {
		d := es.Draft{Stream: es.StreamID(fmt.Sprint("counter-", n)), Events: []es.Recorded{{Type: "Added", Data: []byte(`{}`)}}}
		if err := m.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	happens(1)
	broken, busy := errors.New("broken"), 0
	m.fails = []error{engine.ErrBusy, fmt.Errorf("look: %w", engine.ErrBusy)}
	following := engine.Following{
		Look: engine.Backoff{First: time.Millisecond, Longest: time.Millisecond}, WhileBusy: engine.Backoff{First: time.Millisecond, Longest: time.Millisecond},
		Busy: func() { busy++ },
	}
	seen := 0
	for c, err := range engine.Follow(t.Context(), m, following) {
		if err != nil {
			if !errors.Is(err, broken) || seen != 5 || busy != 2 {
				t.Fatalf("it ended behind %d commits and %d busy looks with %v", seen, busy, err)
			}
			return
		}
		if seen++; c.Position != uint64(seen) {
			t.Fatalf("commit %d is at position %d", seen, c.Position)
		}
		if seen < 5 {
			happens(seen + 1)
		} else {
			m.fails = []error{broken}
		}
	}
	t.Error("it ended without an error")
}
