package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// filler brings one generation of a view on, to the end of the feed.
type filler struct {
	*Rebuild
	generation uint64
	live       uint64
	projector  *Projector

	phase    string
	events   uint64
	position uint64
	head     uint64
	hot      *hotRows // while a view with a row for each stream is filled

	mu      sync.Mutex
	stuck   map[string]Stuck // by row
	skipped []Stuck
}

// Stuck is a commit that a view's fold cannot take.
type Stuck struct {
	Row     string      `json:"row,omitempty"` // empty for all of a view of many streams
	Stream  es.StreamID `json:"stream"`
	Version uint64      `json:"version"`
	Error   string      `json:"error"`
}

func (r *Rebuild) filler(generation, live uint64) *filler {
	p := &Projector{View: r.View, Views: r.Views, Store: r.Events}
	if r.Search != nil {
		p.Search = r.Search
	}
	return &filler{Rebuild: r, generation: generation, live: live, projector: p, stuck: map[string]Stuck{}}
}

// Rebuilding tells how far it is.
func (f *filler) Rebuilding() Rebuilding {
	return Rebuilding{View: f.View.Name, Phase: f.phase, Events: f.events, Position: f.position, Head: f.head}
}

// atOnce is how many rows are read and saved at once: enough for the waits of a remote store, and for one transaction of the
// embedded store to hold many.
const atOnce = 32

// fillUntil fills up to a time, and then once more to the end of the feed.
func (f *filler) fillUntil(ctx context.Context, until time.Time) error {
	f.phase = PhaseFill
	for {
		last := !time.Now().Before(until)
		if err := f.fill(ctx); err != nil || last {
			return err
		}
		f.phase = PhaseWait
		f.tell(f.Rebuilding())
		if err := pause(ctx, until, f.betweenLooks()); err != nil {
			return err
		}
	}
}

// betweenLooks is how long to wait at the end of the feed before looking for more: as long as need be, but for a view of many
// streams, which nobody else may be bringing on just now.
func (f *filler) betweenLooks() time.Duration {
	if f.View.Global {
		return 200 * time.Millisecond
	}
	return bounded(f.Bound)
}

// fill goes on from the generation's checkpoint. Rows are saved before the checkpoint moves, and are only ever brought on
// from the version that they have: who fills or projects at the same time, or again after a crash, does no harm.
func (f *filler) fill(ctx context.Context) error {
	name := GenerationName(f.View.Name, f.generation)
	var err error
	if f.position, err = f.Checkpoints.Applied(ctx, name, FeedStream); err != nil {
		return fmt.Errorf("read the checkpoint of %s: %w", name, err)
	}
	if f.View.Global {
		return f.fillBy(ctx, name, func(ctx context.Context, b batch) (uint64, error) {
			end, err := f.many(ctx, b)
			if err != nil {
				return 0, err
			}
			return end, f.advance(ctx, name, end)
		})
	}
	f.hot = newHotRows()
	defer func() { f.hot = nil }()
	end := f.position
	if err := f.fillBy(ctx, name, func(ctx context.Context, b batch) (uint64, error) {
		if err := f.streams(ctx, b); err != nil {
			return 0, err
		}
		if end = b.end; !f.hot.full() {
			return end, nil
		}
		return end, f.save(ctx, name, end)
	}); err != nil {
		return err
	}
	return f.save(ctx, name, end)
}

// fillBy folds the batches behind the checkpoint, by a fold that gives the position up to which it has come.
func (f *filler) fillBy(ctx context.Context, name string, fold func(context.Context, batch) (uint64, error)) error {
	behind := f.position
	for b, err := range batches(ctx, f.Feed, behind, f.View.Categories) {
		if err != nil {
			return err
		}
		if f.head, err = f.Feed.End(ctx); err != nil {
			return fmt.Errorf("find the end of the feed: %w", err)
		}
		end, err := fold(ctx, b)
		if err != nil {
			return fmt.Errorf("fill %s behind position %d: %w", name, behind, err)
		}
		behind, f.events = end, f.events+b.events
		p := f.Rebuilding()
		p.Position = end
		f.tell(p)
		if end < b.end {
			return nil // the view is stuck
		}
	}
	return nil
}

// advance moves the checkpoint, unless somebody else has brought it as far.
func (f *filler) advance(ctx context.Context, name string, end uint64) error {
	for f.position < end {
		err := f.Checkpoints.Advance(ctx, name, FeedStream, f.position, end)
		if err == nil {
			f.position = end
			return nil
		}
		if !errors.Is(err, ErrStale) {
			return fmt.Errorf("advance the checkpoint of %s: %w", name, err)
		}
		if f.position, err = f.Checkpoints.Applied(ctx, name, FeedStream); err != nil {
			return fmt.Errorf("read the checkpoint of %s: %w", name, err)
		}
	}
	return nil
}

// apply brings a row on by commits of the feed, as far as they join, and behind those by what the store has.
func (f *filler) apply(ctx context.Context, row *rowProgress, stream es.StreamID, commits []*es.Positioned) error {
	for len(commits) > 0 {
		c := commits[0]
		if c.Last() > row.version {
			if c.Version != row.version+1 {
				break
			}
			if on, err := f.take(ctx, row, row.id, c.Commit); err != nil || !on {
				return err
			}
		}
		if commits = commits[1:]; len(commits) == 0 {
			return nil
		}
	}
	for c, err := range Read(ctx, f.Events, stream, row.version) {
		if err != nil {
			return err
		}
		if on, err := f.take(ctx, row, row.id, c); err != nil || !on {
			return err
		}
	}
	return nil
}

// take folds a commit in. One that the fold cannot take is left out if the live generation has left it out; else it stays,
// as whoever projects has parked it, or will. It reports whether the way goes on.
func (f *filler) take(ctx context.Context, p Progress, row string, c es.Commit) (bool, error) {
	err := guarded(ctx, p, c)
	if err == nil || !isFault(err) {
		return err == nil, err
	}
	live, liveErr := f.liveVersion(ctx, row)
	if liveErr != nil {
		return false, liveErr
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := Stuck{Row: row, Stream: c.Stream, Version: c.Version, Error: err.Error()}
	if live < c.Last() {
		if len(f.stuck) < examples {
			f.stuck[row] = s
		}
		return false, nil
	}
	if len(f.skipped) < examples {
		f.skipped = append(f.skipped, s)
	}
	p.Skip(c)
	return true, nil
}

// liveVersion is how far the live generation is with a row, or with the feed.
func (f *filler) liveVersion(ctx context.Context, row string) (uint64, error) {
	name := GenerationName(f.View.Name, f.live)
	if f.View.Global {
		return f.Checkpoints.Applied(ctx, name, FeedStream)
	}
	r, err := f.Views.Row(ctx, name, row)
	return r.Version, err
}

// each does something with each of many, with some at once, until one fails.
func each[T any](ctx context.Context, all []T, do func(context.Context, T) error) error {
	some, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range min(atOnce, len(all)) {
		some.Go(func() error {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					return nil
				}
				if err := do(ctx, all[i]); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return some.Wait()
}

// patiently does again what the store was too busy for.
func patiently(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if !errors.Is(err, ErrBusy) || try == busyTries {
			return err
		}
		if err := whenBusy.Pause(ctx, try); err != nil {
			return err
		}
	}
}

// busyTries and whenBusy let a table grow for a few minutes.
const busyTries = 30

var whenBusy = Backoff{First: 100 * time.Millisecond, Longest: 10 * time.Second}

// mend forgets what was parked and has been folded in.
func (f *filler) mend(ctx context.Context) ([]Parked, error) {
	parked, err := f.parked(ctx)
	if err != nil {
		return nil, err
	}
	var mended []Parked
	for _, p := range parked {
		at := f.position
		if !f.View.Global {
			row, err := f.Views.Row(ctx, GenerationName(f.View.Name, f.generation), p.Stream.ID())
			if err != nil {
				return mended, err
			}
			at = row.Version
		}
		if at < p.Version {
			continue
		}
		if err := f.Lot.Unpark(ctx, p.Consumer, p.Stream); err != nil {
			return mended, fmt.Errorf("unpark %s for %s: %w", p.Stream, p.Consumer, err)
		}
		mended = append(mended, p)
	}
	return mended, nil
}

// parked lists what is parked for the view.
func (r *Rebuild) parked(ctx context.Context) ([]Parked, error) {
	all, err := r.Lot.Parked(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is parked: %w", err)
	}
	return slices.DeleteFunc(all, func(p Parked) bool { return p.Consumer != r.View.Name }), nil
}
