package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		w.found(CheckStream, string(stream), "an aggregate of the category "+stream.Category(), "none in this program")
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
		w.found(CheckStream, string(stream), fmt.Sprintf("a commit that begins at version %d", v.at+1), "%v", err)
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
	r := &visitedRow{rowProgress: p.blank(w.live[view.Name], stream.ID())}
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
		v.found(CheckStream, fmt.Sprintf("%s at version %d", v.stream, c.Version), "events that "+f.StateName()+" can fold", "%v", err)
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
	v.found(CheckSnapshot, fmt.Sprintf("%s at version %d", v.stream, c.Last()), folded, "%s", kept)
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
			v.found(CheckSnapshot, string(v.stream), fmt.Sprintf("a snapshot at the end of one of its commits, up to version %d", v.at), "one at version %d", f.snapshot.Version)
		}
		if holder, ok := f.state.(es.Holder); ok && holder.Owner != "" {
			there, err := v.isThere(ctx, holder.Owner)
			if err != nil {
				return err
			}
			v.count(func(sum *Verified) { sum.Unique++ })
			if !there {
				v.found(CheckUnique, string(v.stream), "an owner that has events", "%s, which has none", holder.Owner)
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

// lateRow is a row that was not as its stream said when it was looked at.
type lateRow struct {
	view   *es.ViewDecl
	stream es.StreamID
	at     uint64 // version of the stream then
}

// later has a row looked at again at the end. More rows than are kept in mind are looked at on the spot.
func (w *verifying) later(ctx context.Context, l lateRow) error {
	w.mu.Lock()
	full := len(w.pending) >= waiting
	if !full {
		w.pending = append(w.pending, l)
	}
	w.mu.Unlock()
	if !full {
		return nil
	}
	_, err := w.lookAgain(ctx, l, true)
	return err
}

// lateRows looks at rows again until each is as far as its stream was, and tells of those that are not or say something else.
func (w *verifying) lateRows(ctx context.Context) error {
	if err := w.standings(ctx); err != nil {
		return err
	}
	deadline := w.patience()
	for try := 1; ; try++ {
		last := time.Now().After(deadline)
		var late []lateRow
		for i, l := range w.pending {
			w.tell("rows that were late", "rows", uint64(i), uint64(len(w.pending)))
			done, err := w.lookAgain(ctx, l, last)
			if err != nil {
				return err
			}
			if !done {
				late = append(late, l)
			}
		}
		if w.pending = late; len(late) == 0 {
			return nil
		}
		if err := betweenComparisons.Pause(ctx, try); err != nil {
			return err
		}
	}
}

// lookAgain reports whether there is no more to wait for.
func (w *verifying) lookAgain(ctx context.Context, l lateRow, last bool) (done bool, err error) {
	r, err := w.row(ctx, l.view, l.stream)
	if err != nil {
		return false, err
	}
	for c, err := range Read(ctx, w.Events, l.stream, 0) {
		if err != nil {
			return false, err
		}
		r.take(ctx, c)
	}
	where := l.view.Name + " " + l.stream.ID()
	if what, want := r.differs(); what != "" {
		w.found(CheckView, where, shows(want, "version"), "%s: %s", what, shows(r.live, "version"))
		return true, nil
	}
	if r.live.Version >= l.at {
		return true, nil
	}
	parked, err := w.parkedFor(ctx, l.view.Name, l.stream)
	switch {
	case err != nil:
		return false, err
	case parked != nil:
		w.found(CheckView, where, fmt.Sprintf("version %d", l.at), "version %d: it is parked: %s", r.live.Version, parked.Error)
	case last:
		w.found(CheckView, where, fmt.Sprintf("version %d", l.at), "version %d: it has been left behind", r.live.Version)
	default:
		return false, nil
	}
	return true, nil
}
