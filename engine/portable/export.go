package portable

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Export writes a store as a file. It writes nothing to the store, and others may write to it.
type Export struct {
	App      *es.App
	Feed     engine.Feed // with what has been archived, and with what is personal still sealed
	Agenda   engine.Agenda
	Lot      engine.ParkingLot
	Backlogs engine.Backlogs
	Keys     engine.Keys // nil for a store that has none
	Now      time.Time
	Progress func(done, total uint64) // called now and then with how many commits are written
}

// Run writes the store as it is at this moment, or as it was at a position of the feed, unless that is 0. The timers are those
// that are set when the commits have been written: none of them is lost in between, and one that has run meanwhile decides
// nothing when it is run again.
func (x *Export) Run(ctx context.Context, to io.Writer, until uint64) (Trailer, error) {
	end, err := x.Feed.End(ctx)
	switch {
	case err != nil:
		return Trailer{}, err
	case until == 0:
		until = end
	case until > end:
		return Trailer{}, fmt.Errorf("the feed ends at position %d, before %d", end, until)
	}
	source, err := SourceOf(ctx, x.Feed)
	if err != nil {
		return Trailer{}, err
	}
	w := newWriter(to)
	h := Header{Format: Format, Source: source, Until: until, Categories: slices.Sorted(maps.Keys(x.App.Catalogue())), Time: x.Now.UTC()}
	if err := w.line(Line{Header: &h}); err != nil {
		return Trailer{}, err
	}
	var t Trailer
	for _, write := range []func(context.Context, *writer, *Trailer, uint64) error{x.forgotten, x.commits, x.timers} {
		if err := write(ctx, w, &t, until); err != nil {
			return t, err
		}
	}
	if err := x.left(ctx, &t.Left); err != nil {
		return t, err
	}
	return w.end(t)
}

// SourceOf names a store by its first commit, so that a later export of it goes on where an earlier one ended.
func SourceOf(ctx context.Context, feed engine.Feed) (string, error) {
	first, err := feed.Read(ctx, 0, 1)
	if err != nil || len(first) == 0 {
		return "export-of-nothing", err
	}
	text, err := encode(Line{Commit: &first[0]})
	if err != nil {
		return "", err
	}
	return "export-" + chain{}.next(text).link(), nil
}

func (x *Export) forgotten(ctx context.Context, w *writer, t *Trailer, _ uint64) error {
	if x.Keys == nil {
		return nil
	}
	all, err := x.Keys.Forgettings(ctx)
	if err != nil {
		return fmt.Errorf("list who is forgotten: %w", err)
	}
	for _, f := range all {
		if err := w.line(Line{Forgotten: &f}); err != nil {
			return err
		}
		t.Forgotten++
	}
	return nil
}

func (x *Export) commits(ctx context.Context, w *writer, t *Trailer, until uint64) error {
	if until == 0 {
		return nil
	}
	for c, err := range engine.CatchUp(ctx, x.Feed, 0) {
		switch {
		case err != nil:
			return err
		case c.Position != t.Commits+1 || len(c.Events) == 0:
			return &es.Fault{Doing: "export", Err: fmt.Errorf("behind position %d of the feed comes %d, of %d events", t.Commits, c.Position, len(c.Events))}
		}
		if err := w.line(Line{Commit: &c}); err != nil {
			return err
		}
		t.Commits, t.Events = c.Position, t.Events+uint64(len(c.Events))
		if c.Position == until {
			x.Progress(until, until)
			return nil
		}
		if c.Position%often == 0 {
			x.Progress(c.Position, until)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &es.Fault{Doing: "export", Err: fmt.Errorf("the feed ends at position %d, before %d", t.Commits, until)}
}

// often is how many lines there are from one word on the progress to the next.
const often = 500

// timersPage is how many timers are listed at once.
const timersPage = 100

func (x *Export) timers(ctx context.Context, w *writer, t *Trailer, _ uint64) error {
	for cursor := ""; ; {
		page, err := x.Agenda.Upcoming(ctx, cursor, timersPage)
		if err != nil {
			return fmt.Errorf("list the timers: %w", err)
		}
		t.Left.Soon += page.Soon
		for _, e := range page.Errands {
			if err := w.line(Line{Timer: &e}); err != nil {
				return err
			}
			t.Timers++
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// left finds what those who act upon events have not dealt with yet.
func (x *Export) left(ctx context.Context, left *Left) error {
	acting := engine.Acting(x.App)
	for _, name := range slices.Sorted(maps.Keys(acting)) {
		backlog, err := x.Backlogs.Backlog(ctx, name)
		if err != nil {
			return fmt.Errorf("count what waits for %s: %w", name, err)
		}
		if backlog.Waiting > 0 {
			if left.Waiting == nil {
				left.Waiting = map[string]uint64{}
			}
			left.Waiting[name] = backlog.Waiting
		}
	}
	parked, err := x.Lot.Parked(ctx)
	if err != nil {
		return fmt.Errorf("list what is parked: %w", err)
	}
	for _, p := range parked {
		if _, acts := acting[p.Consumer]; acts {
			left.Parked = append(left.Parked, Stuck{p.Consumer, p.Stream, p.Version})
		}
	}
	return nil
}
