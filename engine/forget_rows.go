package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/foldstream/foldstream/es"
)

// refolding folds again the rows that showed the subject, in all generations of all views. A row is saved at the version
// that it has, so that who projects it meanwhile goes on from there, or is seen to in the next round.
type refolding struct {
	*Forget
	found   *about
	dry     bool
	changed map[string]int // rows by generation
}

func (r *refolding) total() (n int) {
	for _, rows := range r.changed {
		n += rows
	}
	return n
}

// rows lists what has changed, or would.
func (r *refolding) rows() []RefoldedIn {
	all := []RefoldedIn{}
	for name, n := range r.changed {
		all = append(all, RefoldedIn{View: name, Rows: n})
	}
	slices.SortFunc(all, func(a, b RefoldedIn) int { return bytes.Compare([]byte(a.View), []byte(b.View)) })
	return all
}

func (r *refolding) all(ctx context.Context) error {
	if r.changed == nil {
		r.changed = map[string]int{}
	}
	r.tell(Working{Doing: "fold views again", Unit: "times"})
	for _, view := range r.App.Views() {
		standing, err := r.Generations.Standing(ctx, view.Name)
		if err != nil {
			return fmt.Errorf("read the generations of %s: %w", view.Name, err)
		}
		for _, generation := range append(standing.written(), standing.Live, standing.Trial) {
			if generation == 0 {
				continue
			}
			if err := r.generation(ctx, view, generation); err != nil {
				return fmt.Errorf("fold %s again: %w", GenerationName(view.Name, generation), err)
			}
		}
	}
	return nil
}

func (r *refolding) generation(ctx context.Context, view *es.ViewDecl, generation uint64) error {
	p := &Projector{View: view, Views: r.Views, Store: r.Seals.Store(r.Stored)}
	if view.IsSearchable() && r.Search != nil {
		p.Search = r.Search
	}
	if view.Global {
		return r.many(ctx, p, generation)
	}
	for _, stream := range r.found.streams {
		if !slices.Contains(view.Categories, stream.Category()) {
			continue
		}
		if err := r.stream(ctx, p, generation, stream); err != nil {
			return err
		}
	}
	return nil
}

// stream folds the row of a stream again, until nobody has changed it meanwhile.
func (r *refolding) stream(ctx context.Context, p *Projector, generation uint64, stream es.StreamID) error {
	for {
		was, err := r.Views.Row(ctx, GenerationName(p.View.Name, generation), stream.ID())
		if err != nil || was.Version == 0 {
			return err
		}
		row := p.blank(generation, stream.ID())
		for c, err := range Read(ctx, r.Seals.Store(r.Stored), stream, 0) {
			if err != nil {
				return err
			}
			if c.Last() > was.Version {
				break
			}
			if row.Apply(ctx, c) != nil { // as it was left out before
				row.Skip(c)
			}
		}
		row.was, row.version = was, was.Version
		if err := r.save(ctx, row); !errors.Is(err, ErrStale) {
			return err
		}
	}
}

// save saves a row at the version that it has, if it changes.
func (r *refolding) save(ctx context.Context, row *rowProgress) error {
	now, err := row.now()
	if err != nil {
		return err
	}
	changes := !bytes.Equal(now.Doc, row.was.Doc) || !slices.Equal(now.Keys, row.was.Keys)
	if r.dry {
		r.changed[row.name]++
		return nil
	}
	if row.Search != nil {
		if err := row.Search.Index(ctx, row.name, row.id, row.version, row.View.Text(row.doc)); err != nil {
			return fmt.Errorf("index a row: %w", err)
		}
	}
	if !changes {
		return nil
	}
	if err := r.Views.Save(ctx, row.name, row.id, row.was, now); err != nil {
		return err
	}
	r.changed[row.name]++
	return nil
}

// many folds rows of a view of many streams again, by the feed from its beginning.
func (r *refolding) many(ctx context.Context, p *Projector, generation uint64) error {
	for ids := r.found.rows[p.View]; len(ids) > 0; {
		rows := map[string]*rowProgress{}
		last := uint64(0)
		for _, id := range ids {
			row := p.blank(generation, id)
			var err error
			if row.was, err = r.Views.Row(ctx, row.name, id); err != nil {
				return err
			}
			row.version = row.was.Version
			rows[id], last = row, max(last, row.version)
		}
		if err := r.foldMany(ctx, p.View, rows, last); err != nil {
			return err
		}
		var stale []string
		for id, row := range rows {
			if row.version == 0 {
				continue
			}
			err := r.save(ctx, row)
			if errors.Is(err, ErrStale) {
				stale = append(stale, id)
			} else if err != nil {
				return err
			}
		}
		ids = stale
	}
	return nil
}

// foldMany folds the feed into rows, each up to the position that it has.
func (r *refolding) foldMany(ctx context.Context, view *es.ViewDecl, rows map[string]*rowProgress, last uint64) error {
	for c, err := range CatchUp(ctx, r.Seals.Feed(r.Feed), 0) {
		if err != nil {
			return err
		}
		if c.Position > last {
			return nil
		}
		if !slices.Contains(view.Categories, c.Stream.Category()) {
			continue
		}
		ids, err := view.Rows(c.Commit)
		if err != nil {
			continue // as it was left out before
		}
		for _, id := range ids {
			row := rows[id]
			if row == nil || row.version < c.Position {
				continue
			}
			if doc, err := view.ApplyTo(id, row.doc, c.Commit); err == nil {
				row.doc = doc
			}
		}
	}
	return nil
}
