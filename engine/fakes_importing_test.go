package engine_test

import (
	"context"
	"maps"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// copying is how far sources are copied, and what is counted of that.
type copying struct {
	copied map[string]uint64
	copies int
	busy   int // calls of Copy that find the store busy from now on, every other behind its write
	marked int
}

func (m *memory) Copied(_ context.Context, source string) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.copied[source], nil
}

func (m *memory) Noted(ctx context.Context, source string) (uint64, error) {
	return m.Copied(ctx, source)
}

func (m *memory) Room() (commits, bytes int) { return 90, 1 << 20 }

func (m *memory) Copy(_ context.Context, source string, was, now uint64, drafts ...es.Draft) error {
	if m.busy++; m.busy <= 0 && m.busy%2 == 0 {
		return engine.ErrBusy
	}
	err := m.write(func() error {
		if m.copied[source] != was {
			return engine.ErrStale
		}
		streams, order := maps.Clone(m.streams), m.order
		for _, d := range drafts {
			if err := m.add([]es.Draft{d}); err != nil {
				m.streams, m.order = streams, order
				return err
			}
		}
		if m.copied == nil {
			m.copied = map[string]uint64{}
		}
		m.copied[source] = now
		m.copies++
		return nil
	})
	if err == nil && m.busy <= 0 {
		return engine.ErrBusy // its answer is lost
	}
	return err
}

func (m *memory) Mute(_ context.Context, marks ...engine.Mark) error {
	for _, mark := range marks {
		if err := m.write(func() error {
			key := mark.Consumer + " " + string(mark.Stream)
			m.checkpoints[key] = max(m.checkpoints[key], mark.Version)
			m.marked++
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
