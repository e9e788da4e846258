package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

var betweenLeases = Backoff{First: 20 * time.Millisecond, Longest: 500 * time.Millisecond}

// alone runs a command under the lease of its stream. A writer whose lease another one has taken in the meantime can
// append nothing more: its fencing token is not the stream's any longer.
func (e *execution) alone(ctx context.Context) (Result, error) {
	token, err := e.lead(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("lead %s: %w", e.stream, err)
	}
	e.token = token
	defer func() {
		releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.LeaseRelease)
		defer cancel()
		if err := e.Leases.Release(releasing, string(e.stream), token); err != nil {
			slog.WarnContext(ctx, "lease not released", "stream", e.stream, "error", err) // it expires
		}
	}()
	return e.run(ctx)
}

func (e *execution) lead(ctx context.Context) (token uint64, err error) {
	waiting, cancel := context.WithTimeout(ctx, limits.LeasePatience)
	defer cancel()
	for attempt := 1; ; attempt++ {
		now := e.World.Time()
		token, err = e.Leases.Acquire(ctx, string(e.stream), now, now.Add(limits.Lease))
		if !errors.Is(err, ErrHeld) {
			return token, err
		}
		if betweenLeases.Pause(waiting, attempt) != nil {
			return 0, errors.Join(err, ctx.Err())
		}
	}
}

// Enqueue hands a command to the single writer of its stream. Only its form has been looked at then: what became of it is
// told like everything that a request causes.
func (x *Commands) Enqueue(ctx context.Context, r Request) (Result, error) {
	if err := Authorize(r.Decl.Role, r.Invoker); err != nil {
		return Result{}, err
	}
	if err := r.Decl.Validate(r.Command); err != nil {
		return Result{}, err
	}
	input, err := r.Decl.Encode(r.Command)
	if err != nil {
		return Result{}, &es.Fault{Doing: "encode " + r.Decl.Name, Err: err}
	}
	stream := r.Decl.StreamOf(r.Command)
	err = x.Inbox.Post(ctx, Errand{
		ID: r.ID, Command: r.Decl.Name, Input: input, Stream: stream,
		TraceID: r.TraceID, CausationID: r.Causation, Invoker: r.Invoker, Trace: r.Trace,
	})
	if err != nil {
		return Result{}, fmt.Errorf("queue %s for %s: %w", r.Decl.Name, stream, err)
	}
	return Result{Stream: stream, TraceID: r.TraceID}, nil
}
