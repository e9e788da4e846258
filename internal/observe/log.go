package observe

import (
	"context"
	"log/slog"
	"slices"
)

type aboutKey struct{}

// With says what the log lines below are about, as [slog.Logger.With] does. Of two attributes of one name the inner stands.
func With(ctx context.Context, args ...any) context.Context {
	var r slog.Record
	r.Add(args...)
	inner := attributes(r)
	all := slices.Clone(about(ctx))
	all = slices.DeleteFunc(all, func(a slog.Attr) bool { return named(inner, a.Key) })
	return context.WithValue(ctx, aboutKey{}, append(all, inner...))
}

func about(ctx context.Context) []slog.Attr {
	all, _ := ctx.Value(aboutKey{}).([]slog.Attr)
	return all
}

func attributes(r slog.Record) []slog.Attr {
	var all []slog.Attr
	r.Attrs(func(a slog.Attr) bool {
		all = append(all, a)
		return true
	})
	return all
}

func named(all []slog.Attr, key string) bool {
	return slices.ContainsFunc(all, func(a slog.Attr) bool { return a.Key == key })
}

// Log is a handler that adds to each line what [With] says, unless the line says so itself.
func Log(to slog.Handler) slog.Handler { return handler{to} }

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	own := attributes(r)
	for _, a := range about(ctx) {
		if !named(own, a.Key) {
			r.AddAttrs(a)
		}
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
