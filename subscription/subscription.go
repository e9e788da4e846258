// Package subscription follows the feed of all commits from outside: from a position on, and then live. [Run] hands each
// commit to a function and keeps how far it is in a [Checkpoint]: at least once, in the order of the feed, without a gap.
//
// A [Source] is a system's WebSocket, or the feed of a store in this process. What comes in is what is there of the feed
// behind the position, as far as the [Filter] wants it and the source's caller may see it.
package subscription

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Source is where the feed is read.
type Source interface {
	// Open begins to read what the filter wants. Its error is [ErrRefused] when it will be the same the next time.
	Open(ctx context.Context, f Filter) (Reader, error)
}

// Reader reads the feed. It is closed after its first error.
type Reader interface {
	// Next gives a page behind a position, and waits until there is one. What was examined begins right behind the
	// position; none of it may be wanted. Its error is [ErrRefused] when it will be the same the next time.
	Next(ctx context.Context, after uint64) (engine.LogPage, error)
	Close() error
}

// Filter chooses commits.
type Filter struct {
	Categories []string // of their streams, any of them; none for all that may be seen
	Events     []string // wire names, of which a commit has at least one; none for all
}

// Checkpoint keeps the position up to which everything has been handled.
type Checkpoint interface {
	// Load gives the position; 0 when there is none yet.
	Load(ctx context.Context) (uint64, error)
	Save(ctx context.Context, position uint64) error
}

// Progress is how far a subscription is.
type Progress struct {
	Position uint64 // up to which everything has been handled, as the checkpoint has it
	End      uint64 // of the feed, as it was last heard of
	Err      error  // what it is held up by, and tries again; nil while it goes on
}

// Lag is how many positions there are still to be examined.
func (p Progress) Lag() uint64 { return p.End - min(p.End, p.Position) }

// Options say what to follow.
type Options struct {
	Source     Source
	Checkpoint Checkpoint
	Filter     Filter
	Parallel   int            // how many streams may be handled at once, each in its order; 0 or 1 for all in the feed's order
	Backoff    engine.Backoff // between tries of what failed; zero for 0.1 to 30 seconds
	Progress   func(Progress) // is told how far it is, by one goroutine at a time; nil for nobody
}

var (
	// ErrGap is the error of a source that left out positions, or does not have the position to go on from.
	ErrGap = errors.New("the feed has a gap")
	// ErrRefused is the error of a source that will not let this be followed.
	ErrRefused = errors.New("the source refuses")
	// ErrStop is what a handler ends a subscription with, as it is or wrapped.
	ErrStop = errors.New("the subscription is to stop")
)

var usual = engine.Backoff{First: 100 * time.Millisecond, Longest: 30 * time.Second}

// leave is how long the last position may take to be saved.
const leave = 5 * time.Second

// Run follows the feed until the context ends, which is no error, or until it cannot go on: [ErrGap], [ErrRefused], or the
// handler's own error that wraps [ErrStop]. Any other failure, of the handler too, is tried again for as long as it takes.
//
// The checkpoint is saved behind the handler: after each page of commits, and in the end. So a crash has up to a page
// handled again.
func Run(ctx context.Context, o Options, handle func(context.Context, es.Positioned) error) error {
	if o.Backoff == (engine.Backoff{}) {
		o.Backoff = usual
	}
	position, err := o.Checkpoint.Load(ctx)
	if err != nil {
		return fmt.Errorf("load the checkpoint: %w", err)
	}
	r := &run{Options: o, handle: handle, progress: Progress{Position: position, End: position}}
	for tries := 1; ctx.Err() == nil; tries++ {
		before := r.progress.Position
		err := r.read(ctx)
		switch {
		case ctx.Err() != nil && !final(err):
			return r.unsaved
		case final(err):
			return err
		case r.progress.Position > before:
			tries = 1
		}
		r.tell(err)
		_ = r.Backoff.Pause(ctx, tries) // it ends early with the context, which ends the loop
	}
	return nil
}

// final reports whether a failure is none that another try may mend.
func final(err error) bool {
	return errors.Is(err, ErrGap) || errors.Is(err, ErrRefused) || errors.Is(err, ErrStop)
}

type run struct {
	Options
	handle  func(context.Context, es.Positioned) error
	unsaved error // of the last position, when the context has ended

	telling  sync.Mutex
	progress Progress
}

// tell tells how far it is, and what it is held up by.
func (r *run) tell(err error) {
	r.telling.Lock()
	defer r.telling.Unlock()
	r.progress.Err = err
	if r.Progress != nil {
		r.Progress(r.progress)
	}
}

// read opens the source, and handles page after page until something fails.
func (r *run) read(ctx context.Context) error {
	reader, err := r.Source.Open(ctx, r.Filter)
	if err != nil {
		return fmt.Errorf("open the source: %w", err)
	}
	defer func() { _ = reader.Close() }() // it has failed: there is nothing to learn
	for {
		page, err := reader.Next(ctx, r.progress.Position)
		if err != nil {
			return fmt.Errorf("read the feed behind position %d: %w", r.progress.Position, err)
		}
		if err := check(page, r.progress.Position); err != nil {
			return err
		}
		r.progress.End = page.End
		if err := r.take(ctx, page); err != nil {
			return err
		}
		r.tell(nil)
	}
}

// check makes sure that a page goes on behind a position.
func check(page engine.LogPage, after uint64) error {
	last := after
	for _, c := range page.Commits {
		if c.Position <= last || c.Position > page.To {
			return fmt.Errorf("a page of %d to %d has position %d behind %d: %w", page.From, page.To, c.Position, last, ErrGap)
		}
		last = c.Position
	}
	if page.From != after+1 || page.To < after {
		return fmt.Errorf("a page behind position %d begins at %d and ends at %d: %w", after, page.From, page.To, ErrGap)
	}
	return nil
}

// take handles a page, and saves how far it got.
func (r *run) take(ctx context.Context, page engine.LogPage) error {
	done, failed := r.work(ctx, page.Commits)
	position := page.To
	if i := slices.Index(done, false); i >= 0 {
		position = max(r.progress.Position, page.Commits[i].Position-1)
	}
	if position == r.progress.Position {
		return failed
	}
	if err := r.save(ctx, position); err != nil {
		r.unsaved = fmt.Errorf("save the checkpoint at position %d: %w", position, err)
		return errors.Join(failed, r.unsaved)
	}
	r.progress.Position = position
	return failed
}

// save insists on saving a position. When the context has ended it gets one more chance.
func (r *run) save(ctx context.Context, position uint64) error {
	err := r.insist(ctx, func() error { return r.Checkpoint.Save(ctx, position) })
	if err == nil || ctx.Err() == nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leave)
	defer cancel()
	return r.Checkpoint.Save(last, position)
}

// insist tries until it works, the context ends, or another try would not mend it.
func (r *run) insist(ctx context.Context, try func() error) error {
	for tries := 1; ; tries++ {
		err := try()
		if err == nil || final(err) || ctx.Err() != nil {
			return err
		}
		r.tell(err)
		if err := r.Backoff.Pause(ctx, tries); err != nil {
			return err
		}
	}
}
