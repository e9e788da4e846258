package engine

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// What of a view of many streams is folded at once; the feed is read again for more.
const (
	rowsInMind  = 100_000
	rowsInBytes = 32 << 20 // of their documents
)

// manyStreams verifies the views of many streams.
func (w *verifying) manyStreams(ctx context.Context) error {
	for _, view := range w.App.Views() {
		if !view.Global {
			continue
		}
		for shards := []shard{{}}; len(shards) > 0; shards = shards[1:] {
			m := &manyFolded{verifying: w, view: view, shard: shards[0], most: w.inMind(rowsInMind), rows: map[string]*foldedRow{}}
			if err := m.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", view.Name, err)
			}
			shards = append(shards, m.rest...)
		}
	}
	return nil
}

var rowSeed = maphash.MakeSeed()

// manyFolded are rows of a view of many streams, folded from the feed.
type manyFolded struct {
	*verifying
	view *es.ViewDecl
	shard
	rest  []shard
	most  int                   // rows
	rows  map[string]*foldedRow // those of the shard
	bytes int                   // of them
	at    uint64                // position that has been folded

	unreadable bool // whether a part of the feed cannot be read here
}

// foldedRow knows about how large it is: it is measured each time that the commits in it have doubled.
type foldedRow struct {
	*rowProgress
	commits, measured, bytes int
}

func (m *manyFolded) ours(id string) bool { return maphash.String(rowSeed, id)&m.mask == m.bits }

func (m *manyFolded) run(ctx context.Context) error {
	name := GenerationName(m.view.Name, m.generation(m.view.Name))
	if err := m.fold(ctx); err != nil || m.unreadable {
		return err
	}
	ids := slices.Collect(maps.Keys(m.rows))
	for row, err := range m.Views.Rows(ctx, name) {
		if err != nil {
			return fmt.Errorf("read the rows of %s: %w", name, err)
		}
		if _, known := m.rows[row.ID]; known || !m.ours(row.ID) {
			continue
		}
		if ids = append(ids, row.ID); len(ids) < m.most+waiting {
			continue
		}
		if err := m.compare(ctx, name, ids); err != nil {
			return err
		}
		ids = nil
	}
	return m.compare(ctx, name, ids)
}

// fold goes on to the end of the feed.
func (m *manyFolded) fold(ctx context.Context) error {
	end, err := m.Whole.End(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the feed: %w", err)
	}
	for c, err := range CatchUp(ctx, m.Whole, m.at) {
		if isFault(err) {
			m.found(Finding{
				Check: CheckView, Where: m.view.Name, Expected: "a feed that can be read, to fold it", Found: err.Error(),
				Next: "see to that commit first, and verify again",
			})
			m.unreadable = true
			return nil
		}
		if err != nil {
			return err
		}
		if m.take(c); m.unreadable {
			m.count(func(v *Verified) { v.Archived++ })
			return nil
		}
		m.at = c.Position
		m.tell(m.view.Name, "commits", m.at, end)
	}
	return nil
}

// take folds a commit into its rows. What the view cannot take it has left out, or is parked at.
func (m *manyFolded) take(c es.Positioned) {
	if !slices.Contains(m.view.Categories, c.Stream.Category()) {
		return
	}
	if m.unreadable = len(c.Events) == 0; m.unreadable {
		return
	}
	ids, err := safely(c.Commit, func() (any, error) { return m.view.Rows(c.Commit) })
	if err != nil {
		return
	}
	all, _ := ids.([]string)
	for _, id := range all {
		if !m.ours(id) {
			continue
		}
		row := m.rows[id]
		if row == nil {
			row = &foldedRow{rowProgress: (&Projector{View: m.view}).blank(0, id)}
		}
		if doc, err := safely(c.Commit, func() (any, error) { return m.view.ApplyTo(id, row.doc, c.Commit) }); err == nil {
			row.doc, row.version = doc, c.Position
			m.keep(row)
		}
	}
}

// keep keeps a row in mind. When there are too many, half of them are left to another walk.
func (m *manyFolded) keep(row *foldedRow) {
	m.rows[row.id] = row
	if row.commits++; row.commits >= 2*row.measured {
		m.measure(row)
	}
	for len(m.rows) > 1 && (len(m.rows) > m.most || m.bytes > rowsInBytes) {
		bit := m.mask + 1
		m.rest = append(m.rest, shard{mask: m.mask | bit, bits: m.bits | bit})
		m.mask |= bit
		maps.DeleteFunc(m.rows, func(id string, row *foldedRow) bool {
			if m.ours(id) {
				return false
			}
			m.bytes -= row.bytes
			return true
		})
	}
}

// measure measures a row. One that cannot be encoded is found when it is compared.
func (m *manyFolded) measure(row *foldedRow) {
	row.measured = row.commits
	if now, err := row.now(); err == nil {
		m.bytes += len(now.Doc) - row.bytes
		row.bytes = len(now.Doc)
	}
}

// compare holds live rows against those that were folded, until each is at the same version. Those that are left to another
// walk meanwhile are not its business.
func (m *manyFolded) compare(ctx context.Context, name string, ids []string) error {
	deadline := m.patience()
	for try := 1; len(ids) > 0; try++ {
		var parked *Parked // as the view is, when there is no more waiting
		last := time.Now().After(deadline)
		if last {
			var err error
			if parked, err = m.parked(ctx); err != nil {
				return err
			}
		}
		var late []string
		for _, id := range ids {
			if !m.ours(id) {
				continue
			}
			done, err := m.look(ctx, name, id, last, parked)
			if err != nil {
				return err
			}
			if !done {
				late = append(late, id)
			}
		}
		if ids = late; len(late) == 0 {
			return nil
		}
		if err := betweenComparisons.Pause(ctx, try); err != nil {
			return err
		}
		if err := m.fold(ctx); err != nil || m.unreadable {
			return err
		}
	}
	return nil
}

// look compares a row, and reports whether there is no more to wait for.
func (m *manyFolded) look(ctx context.Context, name, id string, last bool, parked *Parked) (done bool, err error) {
	live, err := m.Views.Row(ctx, name, id)
	if err != nil {
		return false, fmt.Errorf("read a row of %s: %w", name, err)
	}
	var folded Row
	if row := m.rows[id]; row != nil {
		if folded, err = row.now(); err != nil {
			return false, err
		}
	}
	what := difference(live, folded)
	if what != "" && live.Version != folded.Version && !last {
		return false, nil
	}
	m.count(func(v *Verified) { v.Rows++ })
	if what == "" {
		return true, nil
	}
	f := wrongRow(m.view.Name, id, "position", what, live, folded)
	if what == LiveIsBehind || what == NotLive {
		m.waitedInVain(true)
		if parked != nil {
			f.Found, f.Next = f.Found+"; the view is parked: "+parked.Error, nextParked(parked)
		}
	}
	m.found(f)
	return true, nil
}

// parked is what the view is parked at, if it is.
func (m *manyFolded) parked(ctx context.Context) (*Parked, error) {
	all, err := m.Lot.Parked(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is parked: %w", err)
	}
	i := slices.IndexFunc(all, func(p Parked) bool { return p.Consumer == m.view.Name })
	if i < 0 {
		return nil, nil
	}
	return &all[i], nil
}
