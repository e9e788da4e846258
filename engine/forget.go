package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// ForgetBound is how long after the key of a subject is gone a process may still show, or save, what it had opened before:
// it may have read the key just then, have folded a state at the end of the key's time, and be at work on that.
const ForgetBound = 2*KeyBound + limits.Consumer

// Forget makes a store forget a subject: the key is deleted, which leaves ciphertext in the events wherever copies of them
// are, and the rows of views that showed the subject are folded again. Whatever step it is interrupted at, Run goes on.
type Forget struct {
	*Installation
	Subject string
	By, Why string
	Bound   time.Duration    // in place of ForgetBound, unless it is 0
	Tell    func(Forgetness) // called now and then; nil for nobody
}

// Forgetness is how far a forgetting is.
type Forgetness struct {
	Phase          string // one of the phases
	Position, Head uint64 // in the feed
}

// Phases of a forgetting.
const (
	PhaseFind   = "find"   // what is about the subject, in the feed
	PhaseRefold = "refold" // rows of views
	PhaseLinger = "linger" // until no process can know the key
	PhaseScrub  = "scrub"  // files
)

// Forgotten is what came of a forgetting.
type Forgotten struct {
	Forgetting
	Found   Found        `json:"found"`
	Rows    []RefoldedIn `json:"rows"`             // that showed the subject, and do not any more
	Values  int          `json:"values"`           // unique values that are free again
	Waiting bool         `json:"waiting,omitzero"` // whether processes may still know the key: to be run again after Bound
}

// RefoldedIn is how many rows of a generation of a view were folded again.
type RefoldedIn struct {
	View string `json:"view"` // with its generation
	Rows int    `json:"rows"` // that changed
}

// Look finds what is about the subject, and changes nothing. Of rows it tells how many there are to fold again.
func (f *Forget) Look(ctx context.Context) (*Forgotten, error) {
	found, err := f.find(ctx)
	if err != nil {
		return nil, err
	}
	r := refolding{Forget: f, found: found, dry: true}
	if err := r.all(ctx); err != nil {
		return nil, err
	}
	report := &Forgotten{Forgetting: Forgetting{Subject: f.Subject}, Found: found.Found, Rows: r.rows()}
	values, err := f.values(ctx, found)
	report.Values = len(values)
	return report, err
}

// Run deletes the key and sees to it that nobody shows the subject any more. With wait it comes back when that is sure; else
// at once, if need be before, and is to be called again.
func (f *Forget) Run(ctx context.Context, wait bool) (*Forgotten, error) {
	found, err := f.find(ctx)
	if err != nil {
		return nil, err
	}
	report := &Forgotten{}
	if report.Values, err = f.release(ctx, found); err != nil {
		return nil, err
	}
	// To the millisecond, as it comes back.
	note := Forgetting{Subject: f.Subject, By: f.By, Why: f.Why, At: f.World.Time().UTC().Truncate(time.Millisecond)}
	if report.Forgetting, err = f.note(ctx, note); err != nil {
		return nil, err
	}
	rows := refolding{Forget: f, changed: map[string]int{}}
	for {
		sure := !f.World.Time().Before(report.At.Add(f.bound()))
		if rows.found, err = f.find(ctx); err != nil {
			return nil, err
		}
		before := rows.total()
		if err := rows.all(ctx); err != nil {
			return nil, err
		}
		report.Found, report.Rows, report.Waiting = rows.found.Found, rows.rows(), !sure
		switch {
		case sure && rows.total() == before:
			return report, f.done(ctx, report)
		case !sure && !wait:
			return report, nil
		case !sure:
			f.tell(Forgetness{Phase: PhaseLinger})
			if err := pause(ctx, report.At.Add(f.bound()), f.bound()); err != nil {
				return report, err
			}
		}
	}
}

func (f *Forget) bound() time.Duration {
	if f.Bound == 0 {
		return ForgetBound
	}
	return f.Bound
}

func (f *Forget) tell(p Forgetness) {
	if f.Tell != nil {
		f.Tell(p)
	}
}

// note deletes the key, and gives the note that stands in its place: that of before, if there was one.
func (f *Forget) note(ctx context.Context, note Forgetting) (Forgetting, error) {
	if err := f.Keys.Forget(ctx, note); err != nil {
		return note, err
	}
	f.Seals.known.Remove(f.Subject)
	all, err := f.Keys.Forgettings(ctx)
	if err != nil {
		return note, err
	}
	i := slices.IndexFunc(all, func(n Forgetting) bool { return n.Subject == f.Subject })
	if i < 0 {
		return note, fmt.Errorf("forget %s: there is no note of it", f.Subject)
	}
	return all[i], nil
}

// done clears what is left in files, and notes that nothing is left to be done.
func (f *Forget) done(ctx context.Context, report *Forgotten) error {
	if f.Scrubber != nil {
		f.tell(Forgetness{Phase: PhaseScrub})
		if err := f.Scrubber.Scrub(ctx); err != nil {
			return fmt.Errorf("scrub the store: %w", err)
		}
	}
	report.Done = f.World.Time().UTC().Truncate(time.Millisecond)
	return f.Keys.Forget(ctx, report.Forgetting)
}

// release gives up the unique values that were made of the subject's data, as an e-mail address is.
func (f *Forget) release(ctx context.Context, found *about) (int, error) {
	values, err := f.values(ctx, found)
	if err != nil {
		return 0, err
	}
	for _, v := range values {
		released, err := es.Holders.Record([]es.Event[es.Holder]{es.Released{}})
		if err != nil {
			return 0, err
		}
		err = f.Commands.Store.Append(ctx, es.Draft{Stream: v.Stream(), After: v.head, Events: released, Origin: es.Origin{
			CommandID: NewID(), TraceID: NewID(), Invoker: f.By, Time: f.World.Time().UTC(),
		}})
		var moved *Conflict
		if err != nil && !errors.As(err, &moved) { // somebody else has given it up, or taken it since
			return 0, fmt.Errorf("release a value of %s: %w", v.owner, err)
		}
	}
	return len(values), nil
}

// heldValue is a unique value that a stream of the subject's holds.
type heldValue struct {
	es.Unique
	owner es.StreamID
	head  es.Head
}

// values are those that streams would not claim if the subject were forgotten, and that they hold.
func (f *Forget) values(ctx context.Context, found *about) (all []heldValue, err error) {
	seen := map[es.Unique]bool{}
	for _, stream := range found.streams {
		for c, err := range Read(ctx, f.Stored, stream, 0) {
			if err != nil {
				return nil, err
			}
			claimed, err := f.claimed(ctx, c)
			if err != nil {
				return nil, err
			}
			for _, u := range claimed {
				if seen[u] {
					continue
				}
				seen[u] = true
				h, err := f.Commands.holder(ctx, u)
				if err != nil {
					return nil, err
				}
				if h.state.Owner == stream {
					all = append(all, heldValue{u, stream, h.head})
				}
			}
		}
	}
	return all, nil
}

// claimed are the values that a commit claims, and would not if the subject were forgotten.
func (f *Forget) claimed(ctx context.Context, sealed es.Commit) ([]es.Unique, error) {
	whole, err := f.Seals.Open(ctx, []es.Commit{sealed})
	if err != nil {
		return nil, err
	}
	erased, err := f.Seals.without(ctx, f.Subject, sealed)
	if err != nil {
		return nil, err
	}
	var with, without []es.Unique
	for _, side := range []struct {
		commit es.Commit
		all    *[]es.Unique
	}{{whole[0], &with}, {erased, &without}} {
		for _, a := range f.App.FoldersOf(sealed.Stream.Category()) {
			for i := range side.commit.Events {
				claims, err := a.Claims(side.commit, i)
				if err != nil {
					return nil, err
				}
				for _, c := range claims {
					*side.all = append(*side.all, c.Unique)
				}
			}
		}
	}
	return slices.DeleteFunc(with, func(u es.Unique) bool { return slices.Contains(without, u) }), nil
}
