package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"

	"github.com/foldstream/foldstream/es"
)

// abreast is a view's progress with other generations beside the live one. The live one alone decides where the consumer
// goes on, and what parks: the others follow, and leave out what only they cannot take.
type abreast struct {
	Progress
	others []*other
}

// other is the progress of a generation that is not live; none when it is left out. Begin gives it anew, brought on to where
// the live one is; nil to leave it out.
type other struct {
	Progress
	begin func() (Progress, error)
}

// Apply implements [Progress].
func (a *abreast) Apply(ctx context.Context, c es.Commit) error {
	if err := a.Progress.Apply(ctx, c); err != nil {
		return err
	}
	for _, other := range a.others {
		if err := other.insist(func() error { return follows(ctx, other, c) }); err != nil {
			return err
		}
	}
	return nil
}

// Skip implements [Progress].
func (a *abreast) Skip(c es.Commit) {
	a.Progress.Skip(c)
	for _, other := range a.others {
		if other.Progress != nil && other.Version() < c.Last() {
			other.Skip(c)
		}
	}
}

// Save implements [Progress].
func (a *abreast) Save(ctx context.Context) error {
	if err := a.Progress.Save(ctx); err != nil {
		return err
	}
	for _, other := range a.others {
		if err := other.insist(func() error { return other.Save(ctx) }); err != nil {
			return err
		}
	}
	return nil
}

// insistence is how often something is tried with a generation that is not live because a rebuild was first. A delivery that
// failed for that would hold up the live generation until it comes again.
const insistence = 5

// insist does something with the progress, and begins that anew when somebody else was first.
func (o *other) insist(do func() error) (err error) {
	for try := 1; o.Progress != nil; try++ {
		if err = do(); !errors.Is(err, ErrStale) || try == insistence {
			return err
		}
		if o.Progress, err = o.begin(); err != nil {
			return err
		}
	}
	return nil
}

// follows takes a commit that the live generation has got past.
func follows(ctx context.Context, p Progress, c es.Commit) error {
	if c.Last() <= p.Version() {
		return nil
	}
	err := guarded(ctx, p, c)
	if isFault(err) {
		slog.WarnContext(ctx, "a commit is left out of a generation that is not live", "stream", c.Stream, "version", c.Version, "error", err)
		p.Skip(c)
		return nil
	}
	return err
}

// bringOn lets a generation follow up to where the live one is.
func bringOn(ctx context.Context, p Progress, live uint64, commits iter.Seq2[es.Commit, error]) error {
	if p.Version() >= live {
		return nil
	}
	for c, err := range commits {
		if err != nil || c.Version > live {
			return err
		}
		if err := follows(ctx, p, c); err != nil {
			return err
		}
	}
	return nil
}

// beside puts a view's other generations beside the live one. Begin gives the progress of one, brought on to where the live
// one is; nil to leave it out.
func beside(ctx context.Context, live Progress, generations []uint64, begin func(generation uint64) (Progress, error)) (Progress, error) {
	if len(generations) == 0 {
		return live, nil
	}
	all := &abreast{Progress: live}
	for _, generation := range generations {
		again := func() (Progress, error) {
			p, err := begin(generation)
			for try := 1; errors.Is(err, ErrStale) && try < insistence; try++ {
				p, err = begin(generation)
			}
			if isFault(err) {
				slog.WarnContext(ctx, "a generation that is not live cannot be brought on", "generation", generation, "error", err)
				return nil, nil
			}
			if err != nil {
				return nil, fmt.Errorf("bring on generation %d: %w", generation, err)
			}
			return p, nil
		}
		p, err := again()
		if err != nil {
			return nil, err
		}
		if p != nil {
			all.others = append(all.others, &other{p, again})
		}
	}
	return all, nil
}

// begin gives the progress of a view by its standing.
func (t *Turns) begin(ctx context.Context, view string, begin func(Standing) (Progress, error)) (Progress, error) {
	s, err := t.Standing(ctx, view)
	if err != nil {
		return nil, err
	}
	p, err := begin(s)
	if err != nil {
		return nil, err
	}
	return &timely{p, t, view, s.Changes, begin}, nil
}

// timely is a view's progress by a standing that may become too old on the way. So that nobody has to wait for those who are
// slow, the generations are seen to be the same when all is saved: what others there are by then is brought on as well.
type timely struct {
	Progress
	turns   *Turns
	view    string
	changes uint64 // of the standing
	begin   func(Standing) (Progress, error)
}

// Save implements [Progress].
func (p *timely) Save(ctx context.Context) error {
	if err := p.Progress.Save(ctx); err != nil {
		return err
	}
	s, err := p.turns.Standing(ctx, p.view)
	if err != nil || s.Changes == p.changes {
		return err
	}
	now, err := p.turns.begin(ctx, p.view, p.begin)
	if err != nil {
		return err
	}
	if now.Version() < p.Version() {
		return fmt.Errorf("another generation of %s is live: %w", p.view, ErrStale)
	}
	return now.Save(ctx)
}

func isFault(err error) bool {
	var fault *es.Fault
	return errors.As(err, &fault)
}
