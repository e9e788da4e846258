package engine

import (
	"context"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// lending has green know the keys of those of whom it is given something sealed, before it is given that.
type lending struct {
	blue, green Keys
	lent        *lru.Cache[string, bool]
}

// lend prepares lending. Who is forgotten in blue is forgotten in green, whatever was lent before. Nothing is lent where
// nothing is sealed.
func (m *Migration) lend(ctx context.Context) (*lending, error) {
	if m.Blue.Keys == nil {
		return nil, nil
	}
	lent, err := lru.New[string, bool](heldKeys)
	if err != nil {
		return nil, err
	}
	forgotten, err := m.Blue.Keys.Forgettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("list who is forgotten in %s: %w", m.Blue.Name, err)
	}
	for _, f := range forgotten {
		if err := m.Green.Keys.Forget(ctx, f); err != nil {
			return nil, fmt.Errorf("forget in %s who is forgotten in %s: %w", m.Green.Name, m.Blue.Name, err)
		}
	}
	return &lending{m.Blue.Keys, m.Green.Keys, lent}, nil
}

// commit lends the keys of a commit's subjects.
func (l *lending) commit(ctx context.Context, c es.Commit) error {
	if l == nil || !isSealed(c) {
		return nil
	}
	subjects, err := SubjectsOf(c)
	if err != nil {
		return err
	}
	var missing []string
	for _, s := range subjects {
		if !l.lent.Contains(s) {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	keys, err := l.blue.Keys(ctx, missing, false)
	if err != nil {
		return fmt.Errorf("find the keys of subjects: %w", err)
	}
	for subject, key := range keys {
		if key.Key != nil {
			if err := l.green.Adopt(ctx, key); err != nil {
				return fmt.Errorf("bring over the key of %s: %w", subject, err)
			}
		}
		l.lent.Add(subject, true)
	}
	return nil
}
