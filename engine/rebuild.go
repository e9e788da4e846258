package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Rebuild makes generations of a view from the feed, beside processes that serve it and go on to project. Nothing but the
// view's own fold runs: no saga, no mail. Whatever step it is interrupted at, calling the same method again goes on.
type Rebuild struct {
	View        *es.ViewDecl
	Events      Loader
	Feed        Feed
	Views       WholeViews
	Search      WholeSearch // nil for a view that is not searched
	Checkpoints Checkpoints
	Lot         ParkingLot
	Generations Generations

	Personal bool             // whether persons may be in its rows, who may be forgotten meanwhile
	Program  string           // identifies the folds: what another program has begun to fill is begun again
	Patience time.Duration    // for rows to come to the same version in two generations
	Bound    time.Duration    // of the [Turns] of all processes, unless it is that of TurnBound
	Progress func(Rebuilding) // called now and then by one goroutine; nil for nobody
	// Compared is called before the switch, which does not come about when it fails; nil for nobody.
	Compared func(context.Context, *Rebuilt) error
}

// Phases of a rebuild.
const (
	PhaseFill    = "fill"
	PhaseWait    = "wait" // until every process goes by the standing as it is
	PhaseCompare = "compare"
	PhaseErase   = "erase"
)

// Rebuilding is how far a rebuild is.
type Rebuilding struct {
	View     string `json:"view"`
	Phase    string `json:"phase" jsonschema:"enum=fill,enum=wait,enum=compare,enum=erase"`
	Events   uint64 `json:"events"`   // of the view's categories that have been folded since the call
	Position uint64 `json:"position"` // in the feed, of Head
	Head     uint64 `json:"head"`
	Rows     uint64 `json:"rows"` // that have been compared
}

// Rebuilt is what came of a rebuild or a trial.
type Rebuilt struct {
	View       string     `json:"view"`
	Generation uint64     `json:"generation"` // that was filled
	Was        uint64     `json:"was"`        // that was live when it was compared
	Events     uint64     `json:"events"`     // that were folded
	Position   uint64     `json:"position"`   // of the feed up to which it was filled
	Comparison Comparison `json:"comparison"`
	Mended     []Parked   `json:"mended,omitempty"` // what was parked, and is folded in now
}

var (
	// ErrNothingKept is the error of going back without a generation to go back to.
	ErrNothingKept = errors.New("no earlier generation is kept")
	errSuperseded  = errors.New("somebody else has changed the generations meanwhile")
)

// Run fills the next generation, compares it with the live one, and makes it the live one; differences are reported, and do
// not stop it. The old generation is kept, or dropped when no process can read it any more.
func (r *Rebuild) Run(ctx context.Context, keep bool) (*Rebuilt, error) {
	s, err := r.change(ctx, func(s Standing) (Standing, error) { return s.begun(r.Program), nil })
	if err != nil {
		return nil, err
	}
	f := r.filler(s.Next, s.Live)
	// Filled to the feed's end of a time at which every process writes to both, it has whatever only the live one was given.
	visible := time.Now().Add(bounded(r.Bound))
	if err := f.fillUntil(ctx, visible); err != nil {
		return nil, err
	}
	report, err := r.compared(ctx, f)
	if err != nil {
		return nil, err
	}
	if r.Compared != nil {
		if err := r.Compared(ctx, report); err != nil {
			return nil, err
		}
	}
	if _, err = r.change(ctx, func(now Standing) (Standing, error) {
		if now.Next != f.generation || now.Live != f.live {
			return now, errSuperseded
		}
		return now.switched(), nil
	}); err != nil {
		return nil, err
	}
	return report, r.finish(ctx, f, report, keep)
}

// Resume is Run again, by somebody who knows the report that was made before the switch, if it came to that. Once the switch
// has been made only what comes behind it is done: filled again, the old generation would be lost to who wants it kept.
func (r *Rebuild) Resume(ctx context.Context, report *Rebuilt, keep bool) (*Rebuilt, error) {
	s, err := r.standing(ctx)
	if err != nil {
		return nil, err
	}
	if report == nil || s.Live != report.Generation {
		return r.Run(ctx, keep)
	}
	return report, r.finish(ctx, r.filler(report.Generation, report.Was), report, keep)
}

// finish does what comes behind a switch.
func (r *Rebuild) finish(ctx context.Context, f *filler, report *Rebuilt, keep bool) (err error) {
	if report.Mended, err = r.settle(ctx, f); err != nil || keep {
		return err
	}
	if _, err = r.change(ctx, func(now Standing) (Standing, error) {
		if now.Kept != report.Was {
			return now, nil
		}
		return now.gone(now.Kept), nil
	}); err != nil {
		return err
	}
	return r.Clear(ctx)
}

// settle ends a switch: until no process goes by the old standing, those who project may not yet be at work on the
// generation that is live now.
func (r *Rebuild) settle(ctx context.Context, f *filler) ([]Parked, error) {
	if err := f.fillUntil(ctx, time.Now().Add(bounded(r.Bound))); err != nil {
		return nil, err
	}
	return f.mend(ctx)
}

// Trial fills a generation that nobody reads, compares it with the live one, and drops it.
func (r *Rebuild) Trial(ctx context.Context) (*Rebuilt, error) {
	var earlier uint64 // was interrupted, or is another's, who finds out at the end
	s, err := r.change(ctx, func(s Standing) (Standing, error) {
		earlier = s.Trial
		s = s.gone(s.Trial)
		s.Last++
		s.Trial = s.Last
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	f := r.filler(s.Trial, s.Live)
	if err := f.fillUntil(ctx, time.Now()); err != nil {
		return nil, err
	}
	report, err := r.compared(ctx, f)
	if err != nil {
		return nil, err
	}
	if _, err := r.change(ctx, func(now Standing) (Standing, error) {
		if now.Trial != f.generation || now.Live != f.live {
			return now, errSuperseded
		}
		return now.gone(f.generation), nil
	}); err != nil {
		return nil, err
	}
	erased := slices.DeleteFunc([]uint64{earlier, f.generation}, func(g uint64) bool { return g == 0 })
	return report, r.erase(ctx, erased)
}

// Back makes the kept generation the live one again, and keeps the one that was.
func (r *Rebuild) Back(ctx context.Context) (Standing, error) {
	was, err := r.standing(ctx)
	if err != nil {
		return was, err
	}
	if r.View.Global && was.Kept != 0 {
		// The others are brought on by whoever projects; this one may have been left behind.
		if err := r.filler(was.Kept, was.Live).fillUntil(ctx, time.Now()); err != nil {
			return was, err
		}
	}
	return r.change(ctx, func(s Standing) (Standing, error) {
		if s.Kept == 0 {
			return s, fmt.Errorf("go back with %s: %w", r.View.Name, ErrNothingKept)
		}
		s.Live, s.Kept = s.Kept, s.Live
		return s, nil
	})
}

// Drop gives up all generations but the live one: the kept one, and one that a rebuild has not finished.
func (r *Rebuild) Drop(ctx context.Context) error {
	_, err := r.change(ctx, func(s Standing) (Standing, error) { return s.gone(s.Next).gone(s.Kept).gone(s.Trial), nil })
	if err != nil {
		return err
	}
	return r.Clear(ctx)
}

// Clear erases the rows of generations that are not in use, when no process can read or write them any more.
func (r *Rebuild) Clear(ctx context.Context) error {
	s, err := r.standing(ctx)
	if err != nil || len(s.Gone) == 0 {
		return err
	}
	r.tell(Rebuilding{View: r.View.Name, Phase: PhaseWait})
	if err := pause(ctx, time.Now().Add(bounded(r.Bound)), bounded(r.Bound)); err != nil {
		return err
	}
	return r.erase(ctx, s.Gone)
}

func (r *Rebuild) erase(ctx context.Context, generations []uint64) error {
	r.tell(Rebuilding{View: r.View.Name, Phase: PhaseErase})
	for _, generation := range generations {
		name := GenerationName(r.View.Name, generation)
		if err := r.Views.EraseRows(ctx, name); err != nil {
			return fmt.Errorf("erase %s: %w", name, err)
		}
		if r.Search == nil {
			continue
		}
		if err := r.Search.EraseTexts(ctx, name); err != nil {
			return fmt.Errorf("erase the texts of %s: %w", name, err)
		}
	}
	_, err := r.change(ctx, func(s Standing) (Standing, error) { return s.cleared(generations), nil })
	return err
}

// pause waits until a time, but not longer than most.
func pause(ctx context.Context, until time.Time, most time.Duration) error {
	return wait(ctx, min(time.Until(until), most))
}

func (r *Rebuild) tell(p Rebuilding) {
	if r.Progress != nil {
		r.Progress(p)
	}
}

func (r *Rebuild) standing(ctx context.Context) (Standing, error) {
	s, err := r.Generations.Standing(ctx, r.View.Name)
	if err != nil {
		return s, fmt.Errorf("read the generations of %s: %w", r.View.Name, err)
	}
	return s, nil
}

// change takes a standing on by one conditional write, again when somebody else was first. A write whose answer was lost, and
// which was made again on the way, is refused as if somebody else had been: it is known by what is there.
func (r *Rebuild) change(ctx context.Context, step func(Standing) (Standing, error)) (Standing, error) {
	was, err := r.standing(ctx)
	for err == nil {
		now, refused := step(was)
		if refused != nil {
			return was, refused
		}
		err = r.Generations.SetStanding(ctx, r.View.Name, was, now)
		if !errors.Is(err, ErrStale) {
			return now, err
		}
		now.Changes = was.Changes + 1
		if was, err = r.standing(ctx); err == nil && was.same(now) {
			return now, nil
		}
	}
	return was, err
}
