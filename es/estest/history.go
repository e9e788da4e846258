package estest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/es"
)

// Happened is an event as a store has it, for what is rewritten. Its shape need not be one that the program still knows.
type Happened struct {
	Stream  es.StreamID
	Version uint64 // counted by the history; may be left out
	Type    string
	Schema  int
	Data    string // JSON
}

// History is what happened before, each event as a commit of its own, in the order of the feed.
type History []Happened

// GivenHistory begins a test of a rewrite.
func GivenHistory(events ...Happened) History { return events }

// Rewritten is what a rewrite makes of a history.
type Rewritten struct {
	events []Happened
	err    error
}

// Rewritten rewrites the history.
func (h History) Rewritten(by *es.Rewrite) Rewritten {
	was, now := map[es.StreamID]uint64{}, map[es.StreamID]uint64{}
	var out Rewritten
	for _, e := range h {
		was[e.Stream]++
		become, err := by.Of(es.Commit{
			Stream: e.Stream, Version: was[e.Stream], Events: []es.Recorded{{Type: e.Type, Schema: e.Schema, Data: []byte(e.Data)}},
		})
		if err != nil {
			return Rewritten{err: err}
		}
		for _, part := range become.Parts {
			for _, r := range part.Events {
				now[part.Stream]++
				out.events = append(out.events, Happened{part.Stream, now[part.Stream], r.Type, r.Schema, canonical(r.Data)})
			}
		}
	}
	return out
}

// canonical is JSON whatever the order of its members; what is none stays as it is.
func canonical(data []byte) string {
	var v any
	if err := es.Decode(data, &v); err != nil {
		return string(data)
	}
	text, err := es.Encode(v)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}

// Then expects a history. The versions of its streams are counted, unless they are given.
func (r Rewritten) Then(t testing.TB, want ...Happened) {
	t.Helper()
	if r.err != nil {
		t.Errorf("it cannot be rewritten: %v", r.err)
		return
	}
	counted := map[es.StreamID]uint64{}
	for i := range want {
		counted[want[i].Stream]++
		if want[i].Version == 0 {
			want[i].Version = counted[want[i].Stream]
		}
		want[i].Data = canonical([]byte(want[i].Data))
	}
	if diff := cmp.Diff(want, r.events); diff != "" {
		t.Errorf("it is rewritten otherwise (-want +got):\n%s", diff)
	}
}

// ThenFails expects that the history cannot be rewritten.
func (r Rewritten) ThenFails(t testing.TB) {
	t.Helper()
	if r.err == nil {
		t.Errorf("it is rewritten to %v", r.events)
	}
}
