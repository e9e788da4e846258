package estest

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// CloseBooks closes a stream of the world, as an operator may at any time. It fails the test unless the state stays the same.
func CloseBooks[S any](w *World, a *es.Aggregate[S], id string) {
	stream := es.NewStreamID(a.Category(), id)
	commits := w.streams[stream]
	if len(commits) == 0 {
		return
	}
	before := StateOf(w, a, id)
	carried, err := a.CarryOver(before)
	if err != nil {
		w.Fatal(err)
	}
	drafts, err := es.Closing(stream, commits[len(commits)-1].Head(), nil, carried, es.Origin{CommandID: "close", TraceID: "close", Time: w.now})
	if err != nil {
		w.Fatal(err)
	}
	for _, d := range drafts {
		w.commit(d.Commit())
	}
	if diff := compare(before, StateOf(w, a, id)); diff != "" {
		w.Fatalf("%s has another state when it is closed (-before +after):\n%s", stream, diff)
	}
}

// Closed goes on from the state as it is when the stream has been closed.
func (p Past[S]) Closed(t testing.TB) Past[S] {
	t.Helper()
	state, err := p.fold()
	if err != nil {
		t.Fatal(err)
	}
	carried, err := p.aggregate.CarryOver(state)
	if err != nil {
		t.Fatal(err)
	}
	c := es.Commit{Stream: es.NewStreamID(p.aggregate.Category(), "test"), Version: 1, Events: carried}
	closed := Past[S]{aggregate: p.aggregate}
	for i := range carried {
		e, err := p.aggregate.Read(c, i)
		if err != nil {
			t.Fatal(err)
		}
		closed.events = append(closed.events, e)
	}
	now, err := closed.fold()
	if err != nil {
		t.Fatal(err)
	}
	if diff := compare(state, now); diff != "" {
		t.Fatalf("%s has another state when it is closed (-before +after):\n%s", p.aggregate.StateName(), diff)
	}
	return closed
}

// ClosedAnywhere holds a history that is closed at some points against the same that is not: they must decide the same. Next
// draws a command, for a state.
func ClosedAnywhere[S any](t *testing.T, a *es.Aggregate[S], next func(*rapid.T, S) (es.Command[S], []Option)) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		open, closed := Given(a), Given(a)
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			if rapid.IntRange(0, 4).Draw(rt, "close") == 0 {
				closed = closed.Closed(t)
			}
			state, err := open.fold()
			if err != nil {
				rt.Fatal(err)
			}
			command, options := next(rt, state)
			want, got := open.When(command, options...), closed.When(command, options...)
			if want.fault != nil || got.fault != nil {
				rt.Fatalf("%T: %v, and closed: %v", command, want.fault, got.fault)
			}
			if diff := compare(want.events, got.events); diff != "" || !sameRefusal(want.rejection, got.rejection) {
				rt.Fatalf("%T is decided otherwise when the stream was closed: %v, and not %v (-open +closed):\n%s", command, got.rejection, want.rejection, diff)
			}
			open.events, closed.events = append(open.events, want.events...), append(closed.events, got.events...)
		}
	})
}

func sameRefusal(a, b *es.Rejection) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}
