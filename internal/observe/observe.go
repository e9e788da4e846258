// Package observe tells whoever runs the system what happens in it: figures, spans, and what log lines are about. All three
// go by the context, so that nothing in between has to hand them on. Where nobody watches, nothing is recorded.
package observe

import (
	"context"
	"log/slog"
)

// Recorder takes figures. It may be used by many at once.
type Recorder interface {
	Record(f Figure, value float64)
}

// Tracer takes spans.
type Tracer interface {
	// Begin gives the trace header of what is done within a span, and what ends the span.
	Begin(s Span) (trace string, end func(Outcome))
}

type (
	recorderKey struct{}
	tracerKey   struct{}
	traceKey    struct{}
)

// WithRecorder has figures go to a recorder.
func WithRecorder(ctx context.Context, r Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// WithTracer has spans go to a tracer.
func WithTracer(ctx context.Context, t Tracer) context.Context {
	return context.WithValue(ctx, tracerKey{}, t)
}

// WithTrace says which trace an invocation belongs to.
func WithTrace(ctx context.Context, header string) context.Context {
	return context.WithValue(ctx, traceKey{}, header)
}

// Trace is the header of the trace that an invocation belongs to, if it is one that is recorded; else empty.
func Trace(ctx context.Context) string {
	header, _ := ctx.Value(traceKey{}).(string)
	if t, ok := ParseTrace(header); ok && t.Sampled {
		return t.String()
	}
	return ""
}

// Figures is what has been recorded and not yet written, for a log line to carry. It is empty where figures do not go by the
// log.
func Figures(ctx context.Context) slog.Attr {
	if r, ok := ctx.Value(recorderKey{}).(interface{ Figures() slog.Attr }); ok {
		return r.Figures()
	}
	return slog.Attr{}
}
