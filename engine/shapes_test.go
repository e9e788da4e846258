package engine_test

import (
	"errors"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// addedV0 is a shape that [added] might have had, in halves of what it counts now.
type addedV0 struct {
	Halves int `json:"halves"`
}

// reshaped is the aggregate of counters as a later program declares it.
var (
	reshaped = es.Of("counter", es.On[added]("Added", es.Upcast(func(e addedV0) added { return added{e.Halves / 2} })))
	totals   = es.Project("tallies", es.Upon(reshaped, func(t tally, e added, _ es.Meta) tally { return tally{Sum: t.Sum + e.N} }))
)

// TestALaterProgramsEvents are parked by a consumer of today's, and refused by its commands; the later one takes what is parked.
func TestALaterProgramsEvents(t *testing.T) {
	m := newMemory()
	c := es.Commit{Stream: "counter-c", Version: 1, Events: []es.Recorded{
		{Type: "Added", Data: []byte(`{"halves":4}`)}, {Type: "Added", Schema: 1, Data: []byte(`{"n":3}`)},
	}}
	m.streams[c.Stream] = []es.Commit{c}

	today := &engine.Consumer{Name: "tallies", Store: m, Lot: m, Handler: &engine.Projector{View: tallies.ViewDecl, Views: m}}
	if err := today.Deliver(t.Context(), c.Stream, []es.Commit{c}, 1); err != nil || m.parked["tallies counter-c"].Version != 1 {
		t.Fatalf("parked %+v, %v", m.parked, err)
	}
	if _, err := commands(t, m).Execute(t.Context(), request(doAdd, add{"c", 1})); !errors.Is(err, es.ErrNewer) {
		t.Fatalf("a command answers %v", err)
	}

	later := &engine.Consumer{Name: "tallies", Store: m, Lot: m, Handler: &engine.Projector{View: totals.ViewDecl, Views: m}}
	again, err := later.Retry(t.Context(), c.Stream)
	if got, version := shown(t, m, "c"); err != nil || again != nil || version != 2 || got.Sum != 5 {
		t.Fatalf("the later program shows %+v at version %d, parked %v, %v", got, version, again, err)
	}
}

// TestRawDataSaysItsShape: whoever folds a stream is shown the shape of today, and clients what was recorded, with its
// schema version.
func TestRawDataSaysItsShape(t *testing.T) {
	m := newMemory()
	c := es.Commit{Stream: "counter-c", Version: 1, Events: []es.Recorded{
		{Type: "Added", Data: []byte(`{"halves":4}`)}, {Type: "Added", Schema: 1, Data: []byte(`{"n":3}`)},
	}}
	m.streams[c.Stream] = []es.Commit{c}
	var steps []string
	for step, err := range engine.Replay(t.Context(), m, []es.Folder{reshaped}, c.Stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, string(step.Data))
	}
	same(t, "the steps", steps, []string{`{"n":2}`, `{"n":3}`})

	for i, o := range engine.Outcomes(c, false) {
		if o.Schema != i || string(o.Payload) != string(c.Events[i].Data) {
			t.Errorf("an outcome is %+v", o)
		}
	}
	for _, o := range engine.Outcomes(c, true) {
		if o.Schema != 0 || o.Payload != nil {
			t.Errorf("a private outcome is %+v", o)
		}
	}
}
