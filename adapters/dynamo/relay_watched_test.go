package dynamo_test

import (
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/internal/observe"
)

// watcher notes what it is told of.
type watcher struct {
	figures map[observe.Figure]float64
	begun   []observe.Span
	ended   []observe.Outcome
}

func (w *watcher) Record(f observe.Figure, value float64) { w.figures[f] = value }

func (w *watcher) Begin(s observe.Span) (string, func(observe.Outcome)) {
	w.begun = append(w.begun, s)
	return s.Trace, func(o observe.Outcome) { w.ended = append(w.ended, o) }
}

func TestTheRelayTellsHowFarItIs(t *testing.T) {
	quiet(t)
	set := create(t, emulator.MiniStack(t))
	r := &recorder{}
	relay := &dynamo.Relay{Feed: set.feed(), Publisher: r}
	commits := store(t, set.events(), chain(stream("match"), 3)...)
	batch := inserted(t, commits...)
	batch.Records[1].Change.NewImage["trace"] = events.NewStringAttribute("a trace")
	relayed := func() *watcher {
		t.Helper()
		w := &watcher{figures: map[observe.Figure]float64{}}
		ctx := observe.WithTracer(observe.WithRecorder(t.Context(), w), w)
		if _, err := relay.Handle(ctx, batch); err != nil {
			t.Fatal(err)
		}
		if len(w.begun) != 1 || w.begun[0].Name != "relay" || w.begun[0].Trace != "a trace" || w.begun[0].About["version"] != commits[1].Version {
			t.Fatalf("spans of a batch with one commit of a trace: %+v", w.begun)
		}
		return w
	}
	same(t, "the figures", relayed().figures, map[observe.Figure]float64{observe.RelayBatch: 3, observe.FeedPosition: 3})
	r.failures = 1
	w := relayed()
	same(t, "the figures of a failure", w.figures, map[observe.Figure]float64{observe.RelayBatch: 3})
	if len(w.ended) != 1 || w.ended[0].Err == nil {
		t.Errorf("the span of a failure ended with %+v", w.ended)
	}
}
