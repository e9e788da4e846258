package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// visited is a stream that is looked at.
type visited struct {
	*verifying
	stream es.StreamID
	at     uint64
	folds  []*visitedFold
	rows   []*visitedRow
}

// visitedFold is one of the folds of a stream.
type visitedFold struct {
	es.Folder
	state    any
	broken   bool
	snapshot Snapshot // zero without
	seen     bool     // whether a commit ends at it
}

// visitedRow is the row that a view has of a stream.
type visitedRow struct {
	*rowProgress
	live Row
}

// visit folds a stream as a command does, and as the views of it do, and holds what is stored of it against that. Rows and
// snapshots are read first, so that they are of versions that the stream has.
func (w *verifying) visit(ctx context.Context, stream es.StreamID) error {
	v := &visited{verifying: w, stream: stream}
	if err := patiently(ctx, func() error { return v.begin(ctx) }); err != nil {
		return err
	}
	if len(v.folds) == 0 {
		w.found(Finding{
			Check: CheckStream, Where: string(stream), Expected: "an aggregate of the category " + stream.Category(), Found: "none in this program", Next: nextProgram,
		})
	}
	events := uint64(0)
	err := patiently(ctx, func() error {
		for c, err := range Read(ctx, w.Events, stream, v.at) {
			if err != nil {
				return err
			}
			events += uint64(len(c.Events))
			v.take(ctx, c)
		}
		return nil
	})
	w.count(func(sum *Verified) { sum.Streams, sum.Events = sum.Streams+1, sum.Events+events })
	switch {
	case errors.Is(err, ErrArchived):
		w.count(func(sum *Verified) { sum.Archived++ })
		return nil
	case isFault(err):
		w.found(Finding{
			Check: CheckStream, Where: string(stream), Expected: fmt.Sprintf("a commit that begins at version %d", v.at+1), Found: err.Error(), Next: nextRestore,
		})
		return nil
	case err != nil:
		return err
	}
	return v.end(ctx)
}

// begin reads what is stored of the stream.
func (v *visited) begin(ctx context.Context) error {
	v.folds, v.rows = nil, nil
	for _, a := range v.App.FoldersOf(v.stream.Category()) {
		fold := &visitedFold{Folder: a}
		if a.Traits().Snapshot > 0 && v.Snapshots != nil {
			var err error
			if fold.snapshot, err = v.Snapshots.Snapshot(ctx, a.FoldID(), v.stream); err != nil {
				return err
			}
		}
		v.folds = append(v.folds, fold)
	}
	for _, view := range v.App.Views() {
		if view.Global || view.Categories[0] != v.stream.Category() {
			continue
		}
		row, err := v.row(ctx, view, v.stream)
		if err != nil {
			return err
		}
		v.rows = append(v.rows, row)
	}
	return nil
}

// row reads the live row of a stream, and begins to fold it anew.
func (w *verifying) row(ctx context.Context, view *es.ViewDecl, stream es.StreamID) (*visitedRow, error) {
	p := &Projector{View: view, Views: w.Views}
	r := &visitedRow{rowProgress: p.blank(w.generation(view.Name), stream.ID())}
	var err error
	if r.live, err = w.Views.Row(ctx, r.name, r.id); err != nil {
		return nil, fmt.Errorf("read a row of %s: %w", r.name, err)
	}
	return r, nil
}

func (v *visited) take(ctx context.Context, c es.Commit) {
	for _, f := range v.folds {
		f.take(v, c)
	}
	for _, r := range v.rows {
		r.take(ctx, c)
	}
	v.at = c.Last()
}

// take folds a commit in, and holds a snapshot that was taken there against the state.
func (f *visitedFold) take(v *visited, c es.Commit) {
	if f.broken {
		return
	}
	state, err := safely(c, func() (any, error) { return f.Fold(f.state, c) })
	if err != nil {
		f.broken = true
		v.found(Finding{
			Check: CheckStream, Where: fmt.Sprintf("%s at version %d", v.stream, c.Version), Expected: "events that " + f.StateName() + " can fold",
			Found: err.Error(), Next: nextProgram,
		})
		return
	}
	f.state = state
	if f.snapshot.Version != c.Last() {
		return
	}
	f.seen = true
	text, err := es.Encode(state)
	if err == nil && sameJSON(text, f.snapshot.State) {
		return
	}
	folded, kept := string(text), string(f.snapshot.State)
	if f.IsPrivate() {
		folded, kept = "what the events come to, which is private", "something else"
	}
	v.found(Finding{
		Check: CheckSnapshot, Where: fmt.Sprintf("%s at version %d", v.stream, c.Last()), Expected: folded, Found: kept, Next: nextSnapshot(f.FoldID().Name),
	})
}

// safely makes a panic of a fold an error.
func safely(c es.Commit, fold func() (any, error)) (state any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &es.Fault{Doing: fmt.Sprintf("fold %s@%d", c.Stream, c.Version), Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return fold()
}

// take brings the row on as far as the live one is. What the view cannot take it has left out.
func (r *visitedRow) take(ctx context.Context, c es.Commit) {
	if c.Last() > r.live.Version {
		return
	}
	if err := guarded(ctx, r, c); err != nil {
		r.Skip(c)
	}
}

// differs says how the live row differs from what its stream says at its version; empty if it does not.
func (r *visitedRow) differs() (what string, expected Row) {
	now, err := r.now()
	switch {
	case err != nil:
		return err.Error(), now
	case r.live.Version > 0 && r.version != r.live.Version:
		return "its version is none at which a commit of its stream ends", now
	}
	return difference(r.live, now), now
}

// end looks at what has come of the stream.
func (v *visited) end(ctx context.Context) error {
	for _, f := range v.folds {
		if f.snapshot.Version > 0 && !f.seen && !f.broken {
			v.found(Finding{
				Check: CheckSnapshot, Where: string(v.stream), Expected: fmt.Sprintf("a snapshot at the end of one of its commits, up to version %d", v.at),
				Found: fmt.Sprintf("one at version %d", f.snapshot.Version), Next: nextSnapshot(f.FoldID().Name),
			})
		}
		if holder, ok := f.state.(es.Holder); ok && holder.Owner != "" {
			there, err := v.isThere(ctx, holder.Owner)
			if err != nil {
				return err
			}
			v.count(func(sum *Verified) { sum.Unique++ })
			if !there {
				v.found(Finding{
					Check: CheckUnique, Where: string(v.stream), Expected: "an owner that has events",
					Found: fmt.Sprintf("%s, which has none", holder.Owner), Next: nextUnique,
				})
			}
		}
	}
	for _, r := range v.rows {
		v.count(func(sum *Verified) { sum.Rows++ })
		if what, _ := r.differs(); what == "" && r.live.Version == v.at {
			continue
		}
		if err := v.later(ctx, lateRow{r.View, v.stream, v.at}); err != nil {
			return err
		}
	}
	return nil
}
