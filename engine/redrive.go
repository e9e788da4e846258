package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/foldstream/foldstream/internal/limits"
)

// Redrive looks after what last nets hold.
type Redrive struct {
	Nets    []Net
	Letters DeadLetters
	Jobs    *Upkeep // that what is done is noted with
	Sweeper Sweeper
}

// Redriven is what was done with the messages of a last net.
type Redriven struct {
	Net     string   `json:"net"`
	PutBack uint64   `json:"putBack,omitzero"`
	Dropped uint64   `json:"dropped,omitzero"`
	Kept    uint64   `json:"kept,omitzero"`  // that it was not about, or that are too young
	Swept   int      `json:"swept,omitzero"` // streams that commits were brought on of
	Letters []Letter `json:"letters,omitempty"`
}

// Find finds a last net by its name.
func (r *Redrive) Find(name string) (Net, error) {
	for _, n := range r.Nets {
		if n.Name == name {
			return n, nil
		}
	}
	return Net{}, fmt.Errorf("%q: %w", name, ErrNoNet)
}

// errEnough ends a walk through a last net.
var errEnough = errors.New("that is enough")

// Walk shows the messages of a last net, until seen says that it is enough.
func (r *Redrive) Walk(ctx context.Context, net Net, seen func(DeadLetter, Letter) (more bool)) error {
	err := r.Letters.Each(ctx, net, func(d DeadLetter) (Fate, error) {
		if !seen(d, net.Read(d)) {
			return Kept, errEnough
		}
		return Kept, nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// Run brings the wanted messages of a last net back to their queue, which notes itself as a job. Those that hold nothing to
// bring back are removed when what they are about has been swept: all of them together.
func (r *Redrive) Run(ctx context.Context, net Net, wanted func(Letter) bool, job Job, callers string) (Redriven, error) {
	job.Kind = JobRedrive
	return r.noted(ctx, net, job, callers, func(done *Redriven) error {
		if net.To != "" {
			return r.each(ctx, net, done, func(l Letter) Fate { return fateIf(wanted(l), PutBack) })
		}
		return r.sweep(ctx, net, wanted, done)
	})
}

// Drop removes the wanted messages of a last net, which notes itself as a job, with what they were about.
func (r *Redrive) Drop(ctx context.Context, net Net, wanted func(Letter) bool, job Job, callers string) (Redriven, error) {
	job.Kind = JobDiscard
	return r.noted(ctx, net, job, callers, func(done *Redriven) error {
		return r.each(ctx, net, done, func(l Letter) Fate { return fateIf(wanted(l), Dropped) })
	})
}

func fateIf(wanted bool, fate Fate) Fate {
	if wanted {
		return fate
	}
	return Kept
}

func (r *Redrive) noted(ctx context.Context, net Net, job Job, callers string, do func(*Redriven) error) (Redriven, error) {
	job.Consumer = net.Name
	done := Redriven{Net: net.Name}
	_, err := r.Jobs.noted(ctx, job, callers, func(job *Job) error {
		err := do(&done)
		brief, room := done, exampleBytes
		brief.Letters = fitting(done.Letters, &room)
		job.Result = &JobResult{Redriven: &brief}
		return err
	})
	return done, err
}

// mostLetters is how many of the messages that something was done with are told.
const mostLetters = 1000

func (r *Redrive) each(ctx context.Context, net Net, done *Redriven, fate func(Letter) Fate) error {
	return r.Letters.Each(ctx, net, func(d DeadLetter) (Fate, error) {
		if err := ctx.Err(); err != nil {
			return Kept, err
		}
		l := net.Read(d)
		f := fate(l)
		switch f {
		case PutBack:
			done.PutBack++
		case Dropped:
			done.Dropped++
		default:
			done.Kept++
		}
		if f != Kept && len(done.Letters) < mostLetters {
			done.Letters = append(done.Letters, l)
		}
		return f, nil
	})
}

// sweep brings on what the relay gave up, and then removes the notes of that. One of the last minutes stays: the sweep leaves
// to the relay what is so young.
func (r *Redrive) sweep(ctx context.Context, net Net, wanted func(Letter) bool, done *Redriven) error {
	until := r.Jobs.World.Time().Add(-limits.SweepUntil)
	oldest, old := until, false
	isOld := func(l Letter) bool { return wanted(l) && l.Kind == LetterRecords && l.Since.Before(until) }
	err := r.Walk(ctx, net, func(_ DeadLetter, l Letter) bool {
		if isOld(l) {
			old = true
			if l.Since.Before(oldest) {
				oldest = l.Since
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	if old {
		from := oldest.Add(-limits.StreamRetention - time.Duration(limits.RelayAttempts)*limits.Relay)
		if done.Swept, err = r.Sweeper.Sweep(ctx, from, until); err != nil {
			return fmt.Errorf("sweep from %s: %w", from.Format(time.RFC3339), err)
		}
	}
	return r.each(ctx, net, done, func(l Letter) Fate { return fateIf(isOld(l), Dropped) })
}
