package engine

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// many folds a batch into the rows of a view of many streams. The rows that it is about are read first, then the commits are
// folded in the feed's order, and the rows are saved. It ends before a commit that the view is stuck at.
func (f *filler) many(ctx context.Context, b batch) (end uint64, err error) {
	for {
		m := &manyRows{filler: f, rows: map[string]*rowProgress{}}
		if err := m.read(ctx, b.commits); err != nil {
			return 0, err
		}
		if end, err = m.fold(ctx, b); err != nil {
			return 0, err
		}
		if err := m.save(ctx); !errors.Is(err, ErrStale) {
			return end, err
		}
	}
}

// manyRows is the progress of the rows of one batch.
type manyRows struct {
	*filler
	rows map[string]*rowProgress
}

func (m *manyRows) read(ctx context.Context, commits []*es.Positioned) error {
	for _, c := range commits {
		ids, err := m.ids(c.Commit)
		if err != nil {
			continue // what cannot be read is dealt with in its turn
		}
		for _, id := range ids {
			m.rows[id] = m.projector.blank(m.generation, id)
		}
	}
	return m.each(ctx, func(ctx context.Context, row *rowProgress) error {
		read, err := m.projector.row(ctx, m.generation, row.id)
		if err == nil {
			*row = *read
		}
		return err
	})
}

func (m *manyRows) save(ctx context.Context) error {
	return m.each(ctx, func(ctx context.Context, row *rowProgress) error { return row.Save(ctx) })
}

func (m *manyRows) each(ctx context.Context, do func(context.Context, *rowProgress) error) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for _, row := range m.rows {
		all.Go(func() error {
			return patiently(ctx, func() error { return do(ctx, row) })
		})
	}
	return all.Wait()
}

func (m *manyRows) fold(ctx context.Context, b batch) (end uint64, err error) {
	for _, c := range b.commits {
		fed := c.Commit // as an event of the feed
		fed.Version, fed.Events = c.Position, c.Events[:1]
		on, err := m.take(ctx, manyProgress{m, *c}, "", fed)
		if err != nil {
			return 0, err
		}
		if !on {
			return c.Position - 1, nil
		}
	}
	return b.end, nil
}

// ids are the rows of a commit.
func (m *manyRows) ids(c es.Commit) (ids []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &es.Fault{Doing: "find the rows of " + string(c.Stream), Err: errors.New("panic")}
		}
	}()
	ids, err = m.View.Rows(c)
	slices.Sort(ids)
	return ids, err
}

// manyProgress takes one commit of the feed.
type manyProgress struct {
	*manyRows
	commit es.Positioned
}

func (p manyProgress) Version() uint64            { return p.commit.Position - 1 }
func (p manyProgress) Skip(es.Commit)             {}
func (p manyProgress) Save(context.Context) error { return nil }

func (p manyProgress) Apply(context.Context, es.Commit) error {
	ids, err := p.ids(p.commit.Commit)
	if err != nil {
		return err
	}
	for _, id := range ids {
		row := p.rows[id]
		if row.version >= p.commit.Position {
			continue
		}
		doc, err := p.View.ApplyTo(id, row.doc, p.commit.Commit)
		if err != nil {
			return err
		}
		row.doc, row.version = doc, p.commit.Position
	}
	return nil
}
