package emf_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/emf"
	"github.com/foldstream/foldstream/internal/observe"
	"github.com/foldstream/foldstream/internal/redact"
)

// line is a line of the log as CloudWatch reads it: the metadata, and the members that it refers to.
type line struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
	Rest map[string]any `json:",embed"`
}

// points are what CloudWatch makes of lines: the values of each metric, by its name and dimensions.
func points(t *testing.T, log string) map[string][]float64 {
	t.Helper()
	all := map[string][]float64{}
	for text := range strings.Lines(log) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if l.AWS.Timestamp != at.UnixMilli() {
			t.Errorf("the line is of %d", l.AWS.Timestamp)
		}
		for _, d := range l.AWS.CloudWatchMetrics {
			if d.Namespace != "Foldstream/dev" || len(d.Metrics) == 0 || len(d.Metrics) > 100 {
				t.Errorf("%d metrics in the namespace %q", len(d.Metrics), d.Namespace)
			}
			for _, dimensions := range d.Dimensions {
				for _, m := range d.Metrics {
					name := m.Name + "(" + m.Unit + ")"
					for _, dimension := range dimensions {
						value, ok := l.Rest[dimension].(string)
						if !ok {
							t.Fatalf("%s: the dimension %s has no value", text, dimension)
						}
						name += " of " + value
					}
					switch v := l.Rest[m.Name].(type) {
					case float64:
						all[name] = append(all[name], v)
					case []any:
						if len(v) > 100 {
							t.Errorf("%s has %d values in a line", name, len(v))
						}
						for _, one := range v {
							all[name] = append(all[name], one.(float64))
						}
					default:
						t.Fatalf("%s: %s is %v", text, m.Name, v)
					}
				}
			}
		}
	}
	return all
}

var at = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)

// metered gives a context whose figures go to a meter, and the log that they come to.
func metered(t *testing.T) (context.Context, *emf.Meter, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: redact.Attr}))) // as Lambdas log
	t.Cleanup(func() { slog.SetDefault(before) })
	m := &emf.Meter{Namespace: "Foldstream/dev", Now: func() time.Time { return at }}
	return observe.WithRecorder(t.Context(), m), m, &log
}

func TestFigures(t *testing.T) {
	ctx, m, log := metered(t)
	for _, ms := range []int{5, 7} {
		observe.CommandLatency.Took(ctx, time.Duration(ms)*time.Millisecond)
		observe.Accepted.Record(ctx, 1)
		observe.FeedPosition.Record(ctx, float64(10*ms))
	}
	observe.Lag.Of("matches").Took(ctx, 1500*time.Microsecond)
	observe.Lag.Of("players").Took(ctx, -time.Second)
	m.Flush(ctx)
	want := map[string][]float64{
		"CommandLatency(Milliseconds)": {5, 7}, "CommandsAccepted(Count)": {2}, "FeedPosition(Count)": {70},
		"Lag(Milliseconds) of matches": {1.5}, "Lag(Milliseconds) of players": {0}, "Lag(Milliseconds)": {1.5, 0},
	}
	if diff := cmp.Diff(want, points(t, log.String())); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	log.Reset()
	if m.Flush(ctx); log.Len() > 0 {
		t.Errorf("written again: %s", log)
	}
}

func TestManySamplesTakeSeveralLines(t *testing.T) {
	ctx, m, log := metered(t)
	for n := range 250 {
		observe.Lag.Of("matches").Record(ctx, float64(n))
	}
	m.Flush(ctx)
	got := points(t, log.String())["Lag(Milliseconds) of matches"]
	if n := strings.Count(log.String(), "\n"); n != 3 || len(got) != 250 || got[249] != 249 {
		t.Errorf("%d values in %d lines", len(got), n)
	}
}

// A line of the log can carry the figures that were recorded until then.
func TestALineCarriesFigures(t *testing.T) {
	ctx, m, log := metered(t)
	observe.Rejected.Record(ctx, 1)
	slog.InfoContext(ctx, "command", "status", 409, observe.Figures(ctx))
	m.Flush(ctx)
	if got := points(t, log.String()); !cmp.Equal(got, map[string][]float64{"CommandsRejected(Count)": {1}}) {
		t.Errorf("metrics %v", got)
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), `"status":409`) {
		t.Errorf("%d lines: %s", n, log)
	}
}

// Samples wait for others, so that a busy consumer does not write a line each time. What is counted never waits.
func TestWhatWaits(t *testing.T) {
	ctx, m, log := metered(t)
	now := at
	m.Now = func() time.Time { return now }
	lines := func() int { return strings.Count(log.String(), "\n") }
	for _, step := range []struct {
		name   string
		after  time.Duration
		record func()
		lines  int
	}{
		{"the first", 0, func() { observe.Lag.Of("matches").Record(ctx, 1) }, 1},
		{"a second one soon", 9 * time.Second, func() { observe.Lag.Of("matches").Record(ctx, 2) }, 1},
		{"a third one later", time.Second, func() { observe.Lag.Of("matches").Record(ctx, 3) }, 2},
		{"something that is counted", 0, func() { observe.Parked.Record(ctx, 1) }, 3},
		{"a hundred", 0, func() {
			for range 100 {
				observe.Lag.Of("matches").Record(ctx, 4)
			}
		}, 4},
		{"nothing", time.Minute, func() {}, 4},
	} {
		now = now.Add(step.after)
		step.record()
		if m.Flush(ctx); lines() != step.lines {
			t.Errorf("%s: %d lines, not %d", step.name, lines(), step.lines)
		}
	}
}
