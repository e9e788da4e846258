package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// green is an installation that takes over, with somebody who is connected to it.
type green struct {
	*memory
	*engine.Installation
	consumers map[string]*engine.Consumer
	sockets   *sockets
}

func newGreen(t testing.TB) *green {
	t.Helper()
	m := newMemory()
	app := es.NewApp(es.Context{
		Name: "counting", Aggregates: []es.Folder{counters}, Commands: []*es.CommandDecl{doAddInternally},
		Views: []*es.ViewDecl{tallies.ViewDecl}, Sagas: []*es.Saga{everything("all")},
	})
	world := engine.World{Now: func() time.Time { return noon }}
	g := &green{memory: m, sockets: &sockets{open: []engine.Connection{{ID: "c1", User: "u1", Expires: noon.Add(time.Hour)}}}}
	g.Installation = &engine.Installation{
		App: app, Commands: &engine.Commands{Store: m, Secrets: m, World: world}, Stored: m, Feed: m, Views: m, Generations: m,
		Checkpoints: m, Lot: m, Timers: m, Mailer: m, Texter: m, World: world, Turns: turns(m),
	}
	g.consumers = g.Consumers()
	n := &engine.Notifier{Traces: g.sockets, Connections: g.sockets, Pusher: g.sockets, IsPrivate: func(string) bool { return false }, World: world}
	g.consumers[engine.NotifierName] = n.Consumer(m, m, m)
	return g
}

// deliver brings the commits of streams, of all unless some are named, to all consumers: in pieces, and some again.
func (g *green) deliver(t testing.TB, streams ...es.StreamID) {
	t.Helper()
	for stream, commits := range g.streams {
		if len(streams) > 0 && !slices.Contains(streams, stream) {
			continue
		}
		for name, c := range g.consumers {
			for n := range commits {
				if err := c.Deliver(context.Background(), stream, commits[max(0, n-1):n+1], 1); err != nil {
					t.Fatalf("%s in %s: %v", name, stream, err)
				}
			}
		}
	}
}

// arrivals are commits as they are, at positions from 1 on.
func arrivals(commits []es.Commit) iter.Seq2[engine.Arrival, error] {
	return func(yield func(engine.Arrival, error) bool) {
		for n, c := range commits {
			if !yield(engine.Arrival{Position: uint64(n + 1), Drafts: []es.Draft{c.Draft()}}, nil) {
				return
			}
		}
	}
}

func nobody(uint64) {}

// blue is a store whose history is to be taken over: of counters to which the saga reacted, and those that it added to.
func blue(t testing.TB, ns ...int) *memory {
	t.Helper()
	m := begun(t, ns...)
	carried(t, m, everything("all"))
	return m
}

func TestTakeoverIsSilent(t *testing.T) {
	b, g := blue(t, 1, 2), newGreen(t)
	if len(b.timers) == 0 || len(b.sent) == 0 {
		t.Fatal("blue has set no timer, or posted nothing")
	}
	if err := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), arrivals(b.order), nobody); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.order, g.order); diff != "" {
		t.Fatalf("what was taken over (-want +got):\n%s", diff)
	}
	g.deliver(t)
	if len(g.timers)+len(g.sent)+len(g.sockets.pushed)+len(g.sockets.noted) > 0 {
		t.Fatalf("what was taken over was acted on: timers %v, mails %v, pushes %v, traces %v", g.timers, g.sent, g.sockets.said, g.sockets.noted)
	}
	if len(g.order) != len(b.order) {
		t.Fatalf("it has %d commits, want %d", len(g.order), len(b.order))
	}
	if diff := cmp.Diff(replayed(t, b, tallies.ViewDecl), rowsOf(g.memory, "tallies")); diff != "" {
		t.Fatalf("the view (-want +got):\n%s", diff)
	}

	t.Run("and then all goes on", func(t *testing.T) {
		event, err := counters.Record([]es.Event[counter]{added{3}})
		if err != nil {
			t.Fatal(err)
		}
		last := g.streams["counter-a"][len(g.streams["counter-a"])-1]
		next := es.Draft{Stream: "counter-a", After: last.Head(), Events: event, Origin: es.Origin{CommandID: "next", TraceID: "next", Invoker: "u1", Time: noon}}
		for _, m := range []*memory{b, g.memory} {
			m.timers, m.sent = map[string]engine.Errand{}, map[string]string{}
			if err := m.Append(t.Context(), next); err != nil {
				t.Fatal(err)
			}
		}
		g.deliver(t, "counter-a")
		carried(t, b, everything("all")) // as it would have been there
		for what, pair := range map[string][2]any{"timers": {b.timers, g.timers}, "mails": {b.sent, g.sent}} {
			if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		if len(g.sent) == 0 || len(g.sockets.pushed) == 0 || len(g.sockets.noted) == 0 {
			t.Fatalf("mails %v, pushes %v, traces %v", g.sent, g.sockets.said, g.sockets.noted)
		}
	})
}

// TestTakeoverAfterACrash breaks off at every write, before it and behind it, and goes on. Whatever is there in between is
// delivered to everybody.
func TestTakeoverAfterACrash(t *testing.T) {
	b := blue(t, 1, 2, 3)
	for step := 1; ; step++ {
		g, count := newGreen(t), 0
		g.breaks = func() error {
			if count++; count == step {
				return errCrash
			}
			return nil
		}
		broken := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), arrivals(b.order), nobody)
		g.breaks = nil
		g.deliver(t)
		if err := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), arrivals(b.order), nobody); err != nil {
			t.Fatalf("after a crash at step %d: %v", step, err)
		}
		g.deliver(t)
		if diff := cmp.Diff(b.order, g.order); diff != "" {
			t.Fatalf("after a crash at step %d (-want +got):\n%s", step, diff)
		}
		if len(g.timers)+len(g.sent)+len(g.sockets.noted) > 0 {
			t.Fatalf("after a crash at step %d: timers %v, mails %v", step, g.timers, g.sent)
		}
		if broken == nil {
			if step < 5 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
		if !errors.Is(broken, errCrash) {
			t.Fatal(broken)
		}
	}
}

func TestTakeoverRefusesAStreamThatIsElsewhere(t *testing.T) {
	b, g := blue(t, 1, 2), newGreen(t)
	fill(t, g.memory, "counter-a", 5)
	var conflict *engine.Conflict
	if err := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), arrivals(b.order), nobody); !errors.As(err, &conflict) {
		t.Fatalf("got error %v, want a conflict", err)
	}
	if len(g.checkpoints) > 0 || g.copies > 0 {
		t.Fatalf("checkpoints are moved on to %v", g.checkpoints)
	}
}

func TestTakeoverGoesOnWhileTheStoreIsBusy(t *testing.T) {
	b, g := blue(t, 1, 2), newGreen(t)
	g.busy = -4
	if err := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), arrivals(b.order), nobody); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.order, g.order); diff != "" {
		t.Fatal(diff)
	}
}

// TestTakeoverIsCheap counts what is written: a checkpoint for each consumer and stream of a batch, however many events.
func TestTakeoverIsCheap(t *testing.T) {
	b, g := newMemory(), newGreen(t)
	for n := range 10 {
		fill(t, b, es.StreamID(fmt.Sprint("counter-", n)), make([]int, 18)...)
	}
	if err := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), arrivals(b.order), nobody); err != nil {
		t.Fatal(err)
	}
	if g.copies != 2 || g.marked != 2*10 || g.tails > 10 {
		t.Fatalf("%d copies, %d checkpoints, %d looks at a stream's end; want 2, 20 and 10", g.copies, g.marked, g.tails)
	}
}

// TestTakeoverOfWhatIsChanged drops positions, and splits others, in batches of all sizes.
func TestTakeoverOfWhatIsChanged(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := newGreen(t)
		var all []engine.Arrival
		var want []es.Commit
		heads := map[es.StreamID]es.Head{}
		for n := range rapid.IntRange(0, 60).Draw(r, "positions") {
			a := engine.Arrival{Position: uint64(n + 1)}
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 3, 40}).Draw(r, "commits") {
				stream := es.StreamID(fmt.Sprint("counter-", rapid.IntRange(0, 9).Draw(r, "stream")))
				d := es.Draft{Stream: stream, After: heads[stream], Events: []es.Recorded{{Type: "Added", Data: []byte(`{"n":1}`)}}}
				heads[stream] = d.Commit().Head()
				a.Drafts, want = append(a.Drafts, d), append(want, d.Commit())
			}
			all = append(all, a)
		}
		stop := rapid.IntRange(0, len(all)).Draw(r, "first run")
		sequence := func(until int) iter.Seq2[engine.Arrival, error] {
			return func(yield func(engine.Arrival, error) bool) {
				for _, a := range all[:until] {
					if !yield(a, nil) {
						return
					}
				}
			}
		}
		for _, until := range []int{stop, len(all)} {
			told := uint64(0)
			if err := engine.NewTakeover(g.Installation, g, "blue").All(t.Context(), sequence(until), func(at uint64) { told = at }); err != nil {
				r.Fatal(err)
			}
			if at := g.copied["blue"]; at != uint64(until) || told > at {
				r.Fatalf("%d is copied, and %d told, want %d", at, told, until)
			}
		}
		if diff := cmp.Diff(want, g.order); diff != "" {
			r.Fatal(diff)
		}
	})
}
