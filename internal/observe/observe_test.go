package observe_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/internal/observe"
)

const root = "1-58406520-a006649127e371903a2de979"

func TestParseTrace(t *testing.T) {
	for header, want := range map[string]string{
		"Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=1":                          "Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=1",
		"Root=" + root + "; Parent=4c721bf33e3caf8f; Sampled=0":                        "Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=0",
		"Parent=4c721bf33e3caf8f;Sampled=1;Root=" + root + ";Lineage=1:a87bd80c:1|x:0": "Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=1",
		"Root=" + root + ";Parent=4c721bf33e3caf8f":                                    "Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=0",
		"":                            "",
		"Root=1":                      "",
		"garbage":                     "",
		"Root=" + root + ";Sampled=1": "", // API Gateway's, which has no segment
		"Root=2" + root[1:] + ";Parent=4c721bf33e3caf8f":                            "",
		"Root=" + root + ";Parent=4c721bf33e3caf8":                                  "",
		"Root=" + root + ";Parent=4c721bf33e3cafzz":                                 "",
		"Root=1-58406520-a006649127e371903a2de97;Parent=4c721bf33e3caf8f;Sampled=1": "",
		"Root=" + root + strings.Repeat("0", 1000) + ";Parent=4c721bf33e3caf8f":     "",
	} {
		got, ok := observe.ParseTrace(header)
		if ok != (want != "") || (ok && got.String() != want) {
			t.Errorf("%q: got %q, %t, want %q", header, got, ok, want)
		}
	}
}

func TestTraceIsOneThatIsRecorded(t *testing.T) {
	for header, want := range map[string]string{
		"Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=1;Lineage=1:a87bd80c:1": "Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=1",
		"Root=" + root + ";Parent=4c721bf33e3caf8f;Sampled=0":                      "",
		"nonsense;Sampled=1": "",
	} {
		if got := observe.Trace(observe.WithTrace(t.Context(), header)); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
	if got := observe.Trace(t.Context()); got != "" {
		t.Errorf("nobody's trace is %q", got)
	}
}

// lineOf is what one line is logged as.
func lineOf(ctx context.Context, log func(context.Context, *slog.Logger)) string {
	var out bytes.Buffer
	plain := slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}})
	log(ctx, slog.New(observe.Log(plain)))
	return strings.TrimSpace(out.String())
}

func TestLinesSayWhatTheyAreAbout(t *testing.T) {
	outer := observe.With(t.Context(), "consumer", "matches", "stream", "match-1")
	inner := observe.With(outer, "stream", "match-2", slog.Int("version", 7))
	for want, line := range map[string]string{
		"msg=m consumer=matches stream=match-1":            lineOf(outer, func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m") }),
		"msg=m consumer=matches stream=match-2 version=7":  lineOf(inner, func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m") }),
		"msg=m stream=match-3 consumer=matches version=7":  lineOf(inner, func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", "stream", "match-3") }),
		"msg=m function=f consumer=matches stream=match-1": lineOf(outer, func(ctx context.Context, l *slog.Logger) { l.With("function", "f").InfoContext(ctx, "m") }),
		"msg=m g.a=1 g.consumer=matches g.stream=match-1":  lineOf(outer, func(ctx context.Context, l *slog.Logger) { l.WithGroup("g").InfoContext(ctx, "m", "a", 1) }),
		"msg=m": lineOf(t.Context(), func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", observe.Figures(ctx)) }),
	} {
		if line != want {
			t.Errorf("got %q, want %q", line, want)
		}
	}
}

func TestNobodyWatches(t *testing.T) {
	observe.Parked.Record(t.Context(), 1)
	trace, end := observe.Begin(t.Context(), observe.Span{Name: "matches", Trace: "whatever it is"})
	end(observe.Outcome{})
	if trace != "whatever it is" {
		t.Errorf("the trace became %q", trace)
	}
}
