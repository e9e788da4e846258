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

// rowsInMind is how many rows of a view of many streams are folded at once; the feed is read again for more.
const rowsInMind = 100_000

// manyStreams verifies the views of many streams.
func (w *verifying) manyStreams(ctx context.Context) error {
	for _, view := range w.App.Views() {
		if !view.Global {
			continue
		}
		for shards := []shard{{}}; len(shards) > 0; shards = shards[1:] {
			m := &manyFolded{verifying: w, view: view, shard: shards[0], rows: map[string]*rowProgress{}}
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
	rest []shard
	rows map[string]*rowProgress // those of the shard
	at   uint64                  // position that has been folded

	unreadable bool // whether a part of the feed cannot be read here
}

func (m *manyFolded) ours(id string) bool { return maphash.String(rowSeed, id)&m.mask == m.bits }

func (m *manyFolded) run(ctx context.Context) error {
	name := GenerationName(m.view.Name, m.live[m.view.Name])
	if err := m.fold(ctx); err != nil || m.unreadable {
		return err
	}
	waiting := slices.Collect(maps.Keys(m.rows))
	for row, err := range m.Views.Rows(ctx, name) {
		if err != nil {
			return fmt.Errorf("read the rows of %s: %w", name, err)
		}
		if _, known := m.rows[row.ID]; !known && m.ours(row.ID) {
			waiting = append(waiting, row.ID)
		}
	}
	m.count(func(v *Verified) { v.Rows += uint64(len(waiting)) })
	return m.compare(ctx, name, waiting)
}

// fold goes on to the end of the feed.
func (m *manyFolded) fold(ctx context.Context) error {
	end, err := m.Whole.End(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the feed: %w", err)
	}
	for c, err := range CatchUp(ctx, m.Whole, m.at) {
		if isFault(err) {
			m.found(CheckView, m.view.Name, "a feed that can be read, to fold it", "%v", err)
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
			row = (&Projector{View: m.view}).blank(0, id)
		}
		if doc, err := safely(c.Commit, func() (any, error) { return m.view.ApplyTo(id, row.doc, c.Commit) }); err == nil {
			row.doc, row.version = doc, c.Position
			m.keep(row)
		}
	}
}

// keep keeps a row in mind. When there are too many, half of them are left to another walk.
func (m *manyFolded) keep(row *rowProgress) {
	m.rows[row.id] = row
	for len(m.rows) > rowsInMind {
		bit := m.mask + 1
		m.rest = append(m.rest, shard{mask: m.mask | bit, bits: m.bits | bit})
		m.mask |= bit
		maps.DeleteFunc(m.rows, func(id string, _ *rowProgress) bool { return !m.ours(id) })
	}
}

// compare holds live rows against those that were folded, until each is at the same version.
func (m *manyFolded) compare(ctx context.Context, name string, waiting []string) error {
	deadline := m.patience()
	for try := 1; ; try++ {
		last := time.Now().After(deadline)
		var late []string
		for _, id := range waiting {
			live, err := m.Views.Row(ctx, name, id)
			if err != nil {
				return fmt.Errorf("read a row of %s: %w", name, err)
			}
			folded, err := m.folded(id)
			if err != nil {
				return err
			}
			switch what := difference(live, folded); {
			case what == "":
			case live.Version != folded.Version && !last:
				late = append(late, id)
			default:
				m.found(CheckView, m.view.Name+" "+id, shows(folded, "position"), "%s: %s", what, shows(live, "position"))
			}
		}
		if waiting = late; len(late) == 0 {
			return nil
		}
		if err := betweenComparisons.Pause(ctx, try); err != nil {
			return err
		}
		if err := m.fold(ctx); err != nil {
			return err
		}
	}
}

func (m *manyFolded) folded(id string) (Row, error) {
	row := m.rows[id]
	if row == nil {
		return Row{}, nil
	}
	return row.now()
}

// shows says what a row shows, for people.
func shows(r Row, place string) string {
	switch {
	case r.Version == 0:
		return "no row"
	case len(r.Doc) == 0:
		return fmt.Sprintf("nothing at %s %d", place, r.Version)
	default:
		return fmt.Sprintf("%s at %s %d", r.Doc, place, r.Version)
	}
}
