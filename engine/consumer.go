package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/internal/observe"
)

// Consumer brings the commits of streams to a handler: each once and in order, whatever order or how often they arrive.
// Commits that are missing are read from the store. A commit that the handler cannot take parks its stream, for this
// consumer alone: later commits wait behind it in the store.
type Consumer struct {
	Name    string
	Store   Loader // one that is an [Opener] opens what is delivered too
	Lot     ParkingLot
	Handler Handler
	World   World
}

// Handler is what a consumer does with commits.
type Handler interface {
	// Begin gives the handler's progress in a stream.
	Begin(ctx context.Context, stream es.StreamID) (Progress, error)
}

// Progress is how far a handler is in one stream, and the way on from there. It belongs to one goroutine.
type Progress interface {
	Version() uint64 // of the last event that has been dealt with
	// Apply takes the next commit. A failure leaves the progress where it was.
	Apply(ctx context.Context, c es.Commit) error
	// Skip leaves the next commit out.
	Skip(c es.Commit)
	// Save makes the progress durable; [ErrStale] when another consumer was first.
	Save(ctx context.Context) error
}

// Deliver hands over commits of one stream that arrived together. Attempt counts the deliveries of the first, from 1.
// When it returns an error the commits are to be delivered again later; otherwise they are done with, or parked.
func (c *Consumer) Deliver(ctx context.Context, stream es.StreamID, commits []es.Commit, attempt int) error {
	if stream == FeedStream && len(commits) > 0 {
		return nil // a wake-up for those who follow the feed, who are not given it
	}
	_, err := c.deliver(ctx, stream, commits, attempt)
	return err
}

// Retry goes on with a parked stream from the store. It gives the note that stands after it, if the stream is parked again.
func (c *Consumer) Retry(ctx context.Context, stream es.StreamID) (*Parked, error) {
	return c.deliver(ctx, stream, nil, limits.ParkAfter)
}

// Skip leaves out the commit that a stream is parked at, unless it has been dealt with already, and goes on behind it.
func (c *Consumer) Skip(ctx context.Context, stream es.StreamID, version uint64) (*Parked, error) {
	progress, err := c.Handler.Begin(ctx, stream)
	if err != nil {
		return nil, fmt.Errorf("begin %s in %s: %w", c.Name, stream, err)
	}
	if progress.Version() < version {
		if err := c.leaveOut(ctx, progress, stream, version); err != nil {
			return nil, err
		}
	}
	return c.Retry(ctx, stream)
}

// leaveOut skips the next commit, which must be the one at a version.
func (c *Consumer) leaveOut(ctx context.Context, progress Progress, stream es.StreamID, version uint64) error {
	for commit, err := range Read(ctx, c.Store, stream, progress.Version()) {
		if err != nil {
			return err
		}
		if commit.Version != version {
			return fmt.Errorf("%s is not parked at version %d of %s, but at %d", c.Name, version, stream, commit.Version)
		}
		progress.Skip(commit)
		break
	}
	if err := progress.Save(ctx); err != nil {
		return fmt.Errorf("save %s in %s: %w", c.Name, stream, err)
	}
	return nil
}

func (c *Consumer) deliver(ctx context.Context, stream es.StreamID, commits []es.Commit, attempt int) (*Parked, error) {
	handling, err := c.Handler.Begin(ctx, stream)
	if err != nil {
		return nil, fmt.Errorf("begin %s in %s: %w", c.Name, stream, err)
	}
	if store, sealed := c.Store.(Opener); sealed {
		if commits, err = store.Open(ctx, commits); err != nil {
			return nil, fmt.Errorf("open commits of %s: %w", stream, err)
		}
	}
	progress := &watched{Progress: handling, consumer: c.Name}
	begun := progress.Version()
	next, joined := follow(commits, begun)
	var failed *failure
	if joined {
		failed, err = c.apply(ctx, progress, next)
	} else {
		failed, err = c.catchUp(ctx, progress, stream)
	}
	if err != nil {
		return nil, err
	}
	if err := progress.Save(ctx); err != nil {
		return c.park(ctx, &failure{stream: stream, version: begun + 1, err: fmt.Errorf("save: %w", err)}, attempt)
	}
	progress.recordLag(ctx, c.World.Time())
	switch {
	case failed != nil:
		return c.park(ctx, failed, attempt)
	case !joined:
		// Only a stream that had a gap can have been parked before.
		return nil, c.Lot.Unpark(ctx, c.Name, stream)
	}
	return nil, nil
}

// follow drops the commits that are done with. It reports whether the rest joins on to a version.
func follow(commits []es.Commit, version uint64) (next []es.Commit, joined bool) {
	if len(commits) == 0 {
		return nil, false
	}
	for _, commit := range commits {
		if len(commit.Events) == 0 {
			return nil, false // it has been archived since
		}
		if commit.Last() <= version {
			continue
		}
		if commit.Version != version+1 {
			return nil, false
		}
		next = append(next, commit)
		version = commit.Last()
	}
	return next, true
}

// failure is a commit that the handler could not take.
type failure struct {
	stream  es.StreamID
	version uint64
	trace   string // its trace id; empty for several commits
	err     error
}

func (c *Consumer) apply(ctx context.Context, progress Progress, commits []es.Commit) (*failure, error) {
	for _, commit := range commits {
		if err := progress.Apply(ctx, commit); err != nil {
			return &failure{commit.Stream, commit.Version, commit.TraceID, err}, ctx.Err()
		}
	}
	return nil, nil
}

func (c *Consumer) catchUp(ctx context.Context, progress Progress, stream es.StreamID) (*failure, error) {
	for commit, err := range Read(ctx, c.Store, stream, progress.Version()) {
		if errors.Is(err, ErrArchived) {
			return &failure{stream: stream, version: progress.Version() + 1, err: err}, nil
		}
		if err != nil {
			return nil, err
		}
		if failed, err := c.apply(ctx, progress, []es.Commit{commit}); failed != nil || err != nil {
			return failed, err
		}
	}
	return nil, nil
}

// guarded makes a panic of a view or a saga an error like others: one bad event must not stop the rest.
func guarded(ctx context.Context, progress Progress, commit es.Commit) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &es.Fault{Doing: fmt.Sprintf("apply %s@%d", commit.Stream, commit.Version), Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	return progress.Apply(ctx, commit)
}

// passes reports whether nothing but time is needed to mend an error: it says nothing about what was to be done.
func passes(err error) bool {
	for _, passing := range []error{ErrBusy, ErrStale, ErrContended, ErrHeld, ErrDeposed, ErrMoving, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// park notes a failed commit if no further delivery can help, and else gives its error, so that it is delivered again.
func (c *Consumer) park(ctx context.Context, failed *failure, attempt int) (*Parked, error) {
	var fault *es.Fault
	if passes(failed.err) || (attempt < limits.ParkAfter && !errors.As(failed.err, &fault)) {
		return nil, fmt.Errorf("%s: apply %s@%d: %w", c.Name, failed.stream, failed.version, failed.err)
	}
	p := Parked{
		Consumer: c.Name, Stream: failed.stream, Version: failed.version,
		Error: failed.err.Error(), Attempts: attempt, Time: c.World.Time(),
	}
	observe.Parked.Record(ctx, 1)
	slog.ErrorContext(ctx, "parked", "consumer", p.Consumer, "stream", p.Stream, "version", p.Version, "traceId", failed.trace, "error", p.Error)
	if err := c.Lot.Park(ctx, p); err != nil {
		return nil, fmt.Errorf("park %s for %s: %w", p.Stream, c.Name, err)
	}
	return &p, nil
}
