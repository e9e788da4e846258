package engine_test

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/foldstream/foldstream/engine"
)

func (m *memory) End(context.Context) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return uint64(len(m.order)), nil
}

func (m *memory) Standing(_ context.Context, view string) (engine.Standing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.standings[view]; ok {
		return s, nil
	}
	return engine.FirstStanding(), nil
}

func (m *memory) SetStanding(_ context.Context, view string, was, now engine.Standing) error {
	return m.write(func() error {
		if m.standings == nil {
			m.standings = map[string]engine.Standing{}
		}
		if m.standings[view].Changes != was.Changes {
			return engine.ErrStale
		}
		now.Changes = was.Changes + 1
		m.standings[view] = now
		return nil
	})
}

func (m *memory) Rows(_ context.Context, view string) iter.Seq2[engine.ListedRow, error] {
	m.mu.Lock()
	rows := maps.Clone(m.rows)
	m.mu.Unlock()
	return func(yield func(engine.ListedRow, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			if id, ok := strings.CutPrefix(key, view+" "); ok && !yield(engine.ListedRow{ID: id, Row: rows[key]}, nil) {
				return
			}
		}
	}
}

func (m *memory) EraseRows(_ context.Context, view string) error {
	return m.write(func() error {
		maps.DeleteFunc(m.rows, func(key string, _ engine.Row) bool { return strings.HasPrefix(key, view+" ") })
		return nil
	})
}

func (m *memory) SaveAll(ctx context.Context, view string, changes []engine.RowChange) (stale []string, err error) {
	for _, c := range changes {
		err := m.Save(ctx, view, c.ID, c.Was, c.Now)
		if errors.Is(err, engine.ErrStale) {
			stale = append(stale, c.ID)
		} else if err != nil {
			return stale, err
		}
	}
	return stale, nil
}

func (m *memory) EraseTexts(_ context.Context, view string) error {
	return m.write(func() error {
		maps.DeleteFunc(m.index, func(key string, _ indexed) bool { return strings.HasPrefix(key, view+" ") })
		return nil
	})
}
