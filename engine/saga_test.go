package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var (
	doAddInternally = es.Internal[add](counters, "add-internally")
	// doubling sends what is added to counter a on to b, and takes note in c when b is full.
	doubling = es.NewSaga("doubling", es.React(counters, func(e added, m es.Meta) []es.Act {
		if m.Stream != "counter-a" {
			return nil
		}
		return []es.Act{
			es.Send(doAddInternally, add{"b", e.N}).Else(func(*es.Rejection) []es.Act {
				return []es.Act{es.Send(doAddInternally, add{"c", 1})}
			}),
			es.Send(doAddInternally, add{"d", 1}),
		}
	}))
)

func sum(t *testing.T, m *memory, stream es.StreamID) int {
	t.Helper()
	var state any
	var err error
	for _, c := range m.streams[stream] {
		if state, err = counters.Fold(state, c); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := state.(counter)
	return s.Sum
}

func TestSaga(t *testing.T) {
	ctx := context.Background()
	m := newMemory()
	x := commands(t, m)
	consumer := (&engine.Saga{Decl: doubling, Commands: x}).Consumer(m, m)
	begin := request(doAdd, add{"a", 6})
	begin.TraceID = "trace-1"
	execute(t, x, begin)
	execute(t, x, request(doAdd, add{"a", 4}))
	execute(t, x, request(doAdd, add{"b", 4})) // so that 6 still fits into b, and 4 more does not
	events := m.streams["counter-a"]

	t.Run("carries the trace, the cause and the invoker on", func(t *testing.T) {
		if err := consumer.Deliver(ctx, "counter-a", events[:1], 1); err != nil {
			t.Fatal(err)
		}
		sent := m.streams["counter-b"][1]
		if sent.TraceID != "trace-1" || sent.CausationID != "counter-a@1" || sent.Invoker != "u1" {
			t.Fatalf("sent with %+v", sent.Origin)
		}
	})
	t.Run("compensates what is refused, records it, and drops what was to follow", func(t *testing.T) {
		if err := consumer.Deliver(ctx, "counter-a", events[1:], 1); err != nil {
			t.Fatal(err)
		}
		if b, c, d := sum(t, m, "counter-b"), sum(t, m, "counter-c"), sum(t, m, "counter-d"); b != 10 || c != 1 || d != 1 {
			t.Fatalf("b %d, c %d, d %d; want 10, 1 and 1", b, c, d)
		}
		records := m.streams["saga-doubling.counter-a"]
		if len(records) != 1 || records[0].Events[0].Type != "CommandRejected" || records[0].TraceID != events[1].TraceID {
			t.Fatalf("recorded %+v", records)
		}
	})
	t.Run("a redelivery after a crash changes nothing, even when it would be accepted now", func(t *testing.T) {
		clear(m.checkpoints) // as if the crash had come just before the checkpoint
		delete(m.streams, "counter-b")
		fresh := commands(t, m)
		consumer := (&engine.Saga{Decl: doubling, Commands: fresh}).Consumer(m, m)
		if err := consumer.Deliver(ctx, "counter-a", events[1:], 2); err != nil {
			t.Fatal(err)
		}
		if b, c, d := sum(t, m, "counter-b"), sum(t, m, "counter-c"), sum(t, m, "counter-d"); b != 6 || c != 1 || d != 1 {
			t.Fatalf("b %d, c %d, d %d; want 6, 1 and 1", b, c, d)
		}
	})
	t.Run("a crash between two commands resumes behind the first", func(t *testing.T) {
		m := newMemory()
		execute(t, commands(t, m), request(doAdd, add{"a", 1}))
		crash := errors.New("crash")
		m.before = func(drafts []es.Draft) error {
			if drafts[0].Stream == "counter-d" {
				m.before = nil
				return crash
			}
			return nil
		}
		consumer := (&engine.Saga{Decl: doubling, Commands: commands(t, m)}).Consumer(m, m)
		if err := consumer.Deliver(ctx, "counter-a", m.streams["counter-a"], 1); !errors.Is(err, crash) {
			t.Fatalf("got %v", err)
		}
		if err := consumer.Deliver(ctx, "counter-a", m.streams["counter-a"], 2); err != nil {
			t.Fatal(err)
		}
		if b, d := sum(t, m, "counter-b"), sum(t, m, "counter-d"); b != 1 || d != 1 {
			t.Fatalf("b %d, d %d; want 1 and 1", b, d)
		}
	})
}
