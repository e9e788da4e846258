package engine

import (
	"context"
	"errors"
	"time"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// begun makes known that a command begins: to the log, to its trace, and, when it is done, to the figures. What the command
// causes belongs below the span that the request it gives is in.
func begun(ctx context.Context, r Request) (context.Context, Request, func(Result, error)) {
	start := time.Now()
	ctx = observe.With(ctx, "command", r.Decl.Name, "traceId", r.TraceID)
	trace, end := observe.Begin(ctx, observe.Span{
		Name: r.Decl.Name, Trace: r.Trace, Inner: true, About: map[string]any{"traceId": r.TraceID},
	})
	r.Trace = trace
	return ctx, r, func(result Result, err error) {
		end(told(result, err))
		became(err).Record(ctx, 1)
		observe.CommandLatency.Took(ctx, time.Since(start))
	}
}

// became is the figure that counts a command.
func became(err error) observe.Figure {
	var refusal *es.Rejection
	switch {
	case err == nil:
		return observe.Accepted
	case errors.Is(err, ErrContended):
		return observe.Contended
	case errors.As(err, &refusal):
		return observe.Rejected
	default:
		return observe.Failed
	}
}

// told is what a command's span says of its end.
func told(result Result, err error) observe.Outcome {
	if err == nil {
		return observe.Outcome{About: map[string]any{"stream": string(result.Stream), "version": result.Version}}
	}
	var refusal *es.Rejection
	return observe.Outcome{Err: err, Refused: errors.As(err, &refusal)}
}

// watched is the progress of a consumer that is watched.
type watched struct {
	Progress
	consumer string
	newest   time.Time // of the last commit that was taken
}

// Apply implements [Progress]. What the consumer causes belongs below the span of its work upon the commit. A panic is an
// error.
func (w *watched) Apply(ctx context.Context, c es.Commit) error {
	ctx = observe.With(ctx, "consumer", w.consumer, "stream", c.Stream, "version", c.Version, "traceId", c.TraceID)
	trace, end := observe.Begin(ctx, observe.Span{Name: w.consumer, Trace: c.Trace, About: map[string]any{
		"stream": string(c.Stream), "version": c.Version, "traceId": c.TraceID,
	}})
	c.Trace = trace
	err := guarded(ctx, w.Progress, c)
	end(observe.Outcome{Err: err})
	if err == nil {
		w.newest = c.Time
	}
	return err
}

// recordLag records how long ago the newest commit of a delivery was made. Those before it say nothing of how far behind the
// consumer is: it may have been a new one's first look at an old stream.
func (w *watched) recordLag(ctx context.Context, now time.Time) {
	if !w.newest.IsZero() {
		observe.Lag.Of(w.consumer).Took(ctx, now.Sub(w.newest))
	}
}

// span is that of whoever runs an errand. Its command is done within.
func (e Errand) span() observe.Span {
	name := InboxName
	if e.Saga != "" {
		name = TimersName
	}
	return observe.Span{Name: name, Trace: e.Trace, About: map[string]any{"traceId": e.TraceID}}
}
