package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// lateRow is a row that was not as its stream said when it was looked at.
type lateRow struct {
	view   *es.ViewDecl
	stream es.StreamID
	at     uint64 // version of the stream then
}

// later has a row looked at again. When there are too many, all wait until they have been.
func (w *verifying) later(ctx context.Context, l lateRow) error {
	w.lateness.Lock()
	defer w.lateness.Unlock()
	if w.late = append(w.late, l); len(w.late) < waiting {
		return nil
	}
	return w.lookAtLate(ctx)
}

// lateRows looks at the rest of the late rows.
func (w *verifying) lateRows(ctx context.Context) error {
	w.lateness.Lock()
	defer w.lateness.Unlock()
	return w.lookAtLate(ctx)
}

// lookAtLate looks at rows again until each is as far as its stream was, and tells of those that are not or say something else.
func (w *verifying) lookAtLate(ctx context.Context) error {
	if err := w.standings(ctx); err != nil {
		return err
	}
	deadline := w.patience()
	for try := 1; len(w.late) > 0; try++ {
		last := time.Now().After(deadline)
		parked, err := w.Lot.Parked(ctx)
		if err != nil {
			return fmt.Errorf("list what is parked: %w", err)
		}
		var late []lateRow
		for i, l := range w.late {
			w.tell("rows that were late", "rows", uint64(i), uint64(len(w.late)))
			done, err := w.lookAgain(ctx, l, parked, last)
			if err != nil {
				return err
			}
			if !done {
				late = append(late, l)
			}
		}
		if w.late = late; len(late) == 0 {
			return nil
		}
		if err := betweenComparisons.Pause(ctx, try); err != nil {
			return err
		}
	}
	return nil
}

// lookAgain reports whether there is no more to wait for.
func (w *verifying) lookAgain(ctx context.Context, l lateRow, parked []Parked, last bool) (done bool, err error) {
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
	if what, want := r.differs(); what != "" {
		w.found(wrongRow(l.view.Name, r.id, "version", what, r.live, want))
		return true, nil
	}
	if r.live.Version >= l.at {
		return true, nil
	}
	i := slices.IndexFunc(parked, func(p Parked) bool { return p.Consumer == l.view.Name && p.Stream == l.stream })
	if i < 0 && !last {
		return false, nil
	}
	f := Finding{
		Check: CheckView, Where: l.view.Name + " " + r.id, Expected: fmt.Sprintf("a row at version %d", l.at), Found: "no row", Next: nextLate(l.view.Name),
	}
	if r.live.Version > 0 {
		f.Found = fmt.Sprintf("a row at version %d", r.live.Version)
	}
	if i >= 0 {
		f.Found, f.Next = f.Found+", parked: "+parked[i].Error, nextParked(&parked[i])
	} else {
		f.Found += ": " + leftBehind
	}
	w.found(f)
	w.waitedInVain(i < 0)
	return true, nil
}
