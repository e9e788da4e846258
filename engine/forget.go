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
	Bound   time.Duration // in place of ForgetBound, unless it is 0
	Tell    func(Working) // called now and then; nil for nobody

	elsewhere bool // whether unique values are given up in another store, of which this one is a copy
}

// Forgotten is what came of a forgetting.
type Forgotten struct {
	Forgetting
	Found   Found        `json:"found"`
	Rows    []RefoldedIn `json:"rows"`             // that showed the subject, and do not any more
	Values  int          `json:"values"`           // unique values that are free again
	Waiting bool         `json:"waiting,omitzero"` // whether processes may still know the subject
	Again   time.Time    `json:"again,omitzero"`   // when to run it again, if they may
}

// ErrPlain is the error of forgetting somebody of whom there are texts that no key seals: they were stored before they were
// declared to be personal. All the rest is forgotten.
var ErrPlain = errors.New("there are personal texts that are not sealed, and so cannot be forgotten")

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
// at once, if need be before, and is to be called again. With an [ErrPlain] there is a report too.
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
	for sure := report.At.Add(f.bound()); ; {
		now := f.World.Time()
		report.Waiting, report.Again = now.Before(sure), sure
		if rows.found, err = f.find(ctx); err != nil {
			return nil, err
		}
		if err := f.dropSnapshots(ctx, rows.found); err != nil {
			return nil, err
		}
		before := rows.total()
		if err := rows.all(ctx); err != nil {
			return nil, err
		}
		report.Found, report.Rows = rows.found.Found, rows.rows()
		if !report.Waiting && rows.total() > before {
			// Somebody may have read such a row just before, and be about to save it.
			sure = f.World.Time().Add(min(f.bound(), KeyBound))
			report.Waiting, report.Again = true, sure
		}
		switch {
		case !report.Waiting:
			report.Again = time.Time{}
			return report, f.done(ctx, report)
		case !wait:
			return report, report.plain()
		}
		f.tell(Working{Doing: "wait until no process can know the key", Unit: "times"})
		if err := pause(ctx, sure, f.bound()); err != nil {
			return report, err
		}
	}
}

// plain gives an [ErrPlain] if there is anything that cannot be forgotten.
func (r *Forgotten) plain() error {
	if r.Found.Plain+r.Found.Unread > 0 {
		return fmt.Errorf("forget %s: %d texts, and %d events that this program cannot read: %w", r.Subject, r.Found.Plain, r.Found.Unread, ErrPlain)
	}
	return nil
}

func (f *Forget) bound() time.Duration {
	if f.Bound == 0 {
		return ForgetBound
	}
	return f.Bound
}

func (f *Forget) tell(w Working) {
	if f.Tell != nil {
		f.Tell(w)
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

// done clears what is left in files, and notes that nothing is left to be done, if that is so.
func (f *Forget) done(ctx context.Context, report *Forgotten) error {
	if f.Scrubber != nil {
		f.tell(Working{Doing: "write the files anew", Unit: "times"})
		if err := f.Scrubber.Scrub(ctx); err != nil {
			return fmt.Errorf("scrub the store: %w", err)
		}
	}
	if err := report.plain(); err != nil {
		return err
	}
	report.Done = f.World.Time().UTC().Truncate(time.Millisecond)
	return f.Keys.Forget(ctx, report.Forgetting)
}

// dropSnapshots drops those of the streams that are about the subject. None is taken where anything is personal, but may have been
// before that was declared.
func (f *Forget) dropSnapshots(ctx context.Context, found *about) error {
	if f.Commands.Snapshots == nil {
		return nil
	}
	for _, stream := range found.streams {
		if err := f.Commands.Snapshots.DropSnapshots(ctx, stream); err != nil {
			return err
		}
	}
	return nil
}

// release gives up the unique values that were made of the subject's data, as an e-mail address is.
func (f *Forget) release(ctx context.Context, found *about) (int, error) {
	if f.elsewhere {
		return 0, nil
	}
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
	folds := f.App.FoldersOf(sealed.Stream.Category())
	forgotten, err := f.Seals.without(ctx, f.Subject, sealed)
	if err == nil { // nor would there be what is not sealed
		forgotten, err = erased(folds, forgotten, func(subject string) bool { return subject == f.Subject })
	}
	if err != nil {
		return nil, err
	}
	var with, without []es.Unique
	for _, side := range []struct {
		commit es.Commit
		all    *[]es.Unique
	}{{whole[0], &with}, {forgotten, &without}} {
		for _, a := range folds {
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
