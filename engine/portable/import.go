package portable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Import brings what a file holds into an installation, as what has been dealt with elsewhere: see [engine.Takeover]. It goes on
// where an earlier run ended, or was broken off, also with a later export of the same store. It leaves the views to whoever
// rebuilds them.
type Import struct {
	*engine.Installation
	Importer engine.Importer
	Keys     engine.Keys // nil for a store that has none
	More     bool        // whether a later export of the same store will follow: timers are left to that
	Dry      bool        // whether to write nothing
	Progress func(done, total uint64)

	erased map[string]bool // whether no row shows them any more, by those who are forgotten here
}

// Imported is what came of an import.
type Imported struct {
	Header
	Trailer
	Before uint64 `json:"before"` // commits that were there already
	Set    uint64 `json:"set"`    // timers

	// Shown are those who have been forgotten in the file's store since, and whom rows that were there before may show. Their notes say
	// that it is not done: who has rebuilt the views of persons notes them as they are here.
	Shown []engine.Forgetting `json:"shown,omitempty"`
}

// ErrOccupied is the error of an import into a store that holds something else.
var ErrOccupied = errors.New("the store holds something else")

// Run reads all of a file. It writes what stands before a damage, and can be run again with a whole file.
func (i *Import) Run(ctx context.Context, r *Reader) (Imported, error) {
	done := Imported{Header: r.Header()}
	var err error
	if done.Before, err = i.Before(ctx, done.Header); err != nil {
		return done, err
	}
	lines := &lines{Reader: r}
	for {
		l, err := lines.Next()
		if errors.Is(err, io.EOF) {
			done.Trailer = r.Trailer()
			return done, nil
		}
		switch {
		case err != nil:
		case i.Dry:
			i.pass(l, &done)
		case l.Forgotten != nil:
			err = i.forget(ctx, *l.Forgotten, &done)
		case l.Commit != nil:
			lines.again(l)
			err = i.commits(ctx, lines, done)
		case l.Timer != nil && !i.More:
			done.Set++
			err = i.set(ctx, *l.Timer)
		}
		if err != nil {
			return done, err
		}
	}
}

// pass takes notice of what a dry run would write.
func (i *Import) pass(l Line, done *Imported) {
	switch {
	case l.Timer != nil && !i.More:
		done.Set++
	case l.Commit != nil && l.Commit.Position%often == 0:
		i.Progress(l.Commit.Position, done.Until)
	}
}

// Before is how many commits of a file's store are there already. There may be nothing else, unless all are there. It gives
// [ErrOccupied] else.
func (i *Import) Before(ctx context.Context, h Header) (uint64, error) {
	known := i.App.Catalogue()
	unknown := slices.DeleteFunc(slices.Clone(h.Categories), func(category string) bool { _, ok := known[category]; return ok })
	if len(unknown) > 0 {
		return 0, fmt.Errorf("%w: its app has streams of %s, which this one knows nothing of", ErrFormat, strings.Join(unknown, ", "))
	}
	look := i.Importer.Copied
	if i.Dry {
		look = i.Importer.Noted
	}
	copied, err := look(ctx, h.Source)
	if err != nil {
		return 0, err
	}
	end, err := i.Feed.End(ctx)
	if i.Dry && end < copied {
		end = copied // a run that was broken off has left some to be fed, which this one does not
	}
	switch {
	case err != nil:
		return 0, err
	case copied > h.Until:
		return 0, fmt.Errorf("%w: a later export of the same store, up to position %d", ErrOccupied, copied)
	case copied < h.Until && copied != end:
		return 0, fmt.Errorf("%w: %d commits, of which %d came of this store", ErrOccupied, end, copied)
	}
	return copied, nil
}

func (i *Import) forget(ctx context.Context, f engine.Forgetting, done *Imported) error {
	if i.Keys == nil {
		return &es.Fault{Doing: "forget " + f.Subject, Err: errors.New("the store keeps no keys")}
	}
	if i.erased == nil {
		known, err := i.Keys.Forgettings(ctx)
		if err != nil {
			return err
		}
		i.erased = map[string]bool{}
		for _, k := range known {
			i.erased[k.Subject] = !k.Done.IsZero()
		}
	}
	if done.Before > 0 && !f.Done.IsZero() && !i.erased[f.Subject] {
		done.Shown = append(done.Shown, f)
		f.Done = time.Time{}
	}
	return i.Keys.Forget(ctx, f)
}

// set sets a timer, as one of the target: its errand's command is executed once, even if it has been run before.
func (i *Import) set(ctx context.Context, e engine.Errand) error {
	if i.App.Command(e.Command) == nil {
		return &es.Fault{Doing: "set the timer " + e.ID, Err: fmt.Errorf("the command %q is not declared", e.Command)}
	}
	return i.Timers.Set(ctx, e)
}

// lines are a file's lines, of which the last one can be given back.
type lines struct {
	*Reader
	back *Line
}

func (l *lines) again(line Line) { l.back = &line }

func (l *lines) Next() (Line, error) {
	if l.back != nil {
		line := *l.back
		l.back = nil
		return line, nil
	}
	return l.Reader.Next()
}

// commits takes over the commits that come next.
func (i *Import) commits(ctx context.Context, from *lines, h Imported) error {
	all := engine.NewTakeover(i.Installation, i.Importer, h.Source)
	arrivals := func(yield func(engine.Arrival, error) bool) {
		for c, err := range ahead(ctx, from) {
			if err == nil && c.Position == h.Before {
				err = i.same(ctx, c)
			}
			if !yield(engine.Arrival{Position: c.Position, Drafts: []es.Draft{c.Draft()}}, err) || err != nil {
				return
			}
		}
	}
	return all.All(ctx, arrivals, func(position uint64) { i.Progress(position, h.Until) })
}

// same makes sure that the last commit that is there is the one of the file.
func (i *Import) same(ctx context.Context, c es.Positioned) error {
	there, err := i.Feed.Read(ctx, c.Position-1, 1)
	if err != nil {
		return err
	}
	if len(there) != 1 || there[0].Stream != c.Stream || there[0].Version != c.Version || !cmp.Equal(there[0].Origin, c.Origin) {
		return fmt.Errorf("%w: another commit at position %d, where the file has %s@%d", ErrOccupied, c.Position, c.Stream, c.Version)
	}
	return nil
}

// ahead gives the commits that come next, and reads on while they are dealt with.
func ahead(ctx context.Context, from *lines) iter.Seq2[es.Positioned, error] {
	type read struct {
		commit es.Positioned
		err    error
	}
	return func(yield func(es.Positioned, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		pages := make(chan []read, 2)
		defer func() {
			cancel()
			for range pages { // so that nobody reads behind our back
			}
		}()
		go func() {
			defer close(pages)
			for more := true; more; {
				var page []read
				for more && len(page) < often {
					l, err := from.Next()
					switch {
					case err != nil:
						page, more = append(page, read{err: err}), false
					case l.Commit == nil:
						from.again(l)
						more = false
					default:
						page = append(page, read{commit: *l.Commit})
					}
				}
				select {
				case pages <- page:
				case <-ctx.Done():
					return
				}
			}
		}()
		for page := range pages {
			for _, r := range page {
				if !yield(r.commit, r.err) || r.err != nil {
					return
				}
			}
		}
	}
}
