package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// changes are the standings of a store, with a hook right before each change.
type changes struct {
	engine.Generations
	before func(was, now engine.Standing)
}

func (c *changes) SetStanding(ctx context.Context, view string, was, now engine.Standing) error {
	c.before(was, now)
	return c.Generations.SetStanding(ctx, view, was, now)
}

// lastMoment has a process read the standing right before a change, and then do something in the last moment in which it may
// still go by that. It gives the generations for the rebuild. The clock must be fake.
func lastMoment(t *testing.T, m *memory, view *es.ViewDecl, change func(was, now engine.Standing) bool, do func(late process)) engine.Generations {
	t.Helper()
	var done chan struct{}
	c := &changes{Generations: m}
	c.before = func(was, now engine.Standing) {
		if done != nil || !change(was, now) {
			return
		}
		done = make(chan struct{})
		late := processes(m, view, 1)[0]
		late.live.Turns.Bound = engine.TurnBound
		if _, err := late.live.Turns.Standing(t.Context(), view.Name); err != nil {
			t.Error(err)
		}
		go func() {
			defer close(done)
			time.Sleep(engine.TurnBound - time.Nanosecond)
			do(late)
		}()
	}
	t.Cleanup(func() {
		if done == nil {
			t.Fatal("nobody was late")
		}
		<-done
	})
	return c
}

// project hands a commit to a process, as the view's queue does.
func (p process) project(t *testing.T, view *es.ViewDecl, c es.Commit) {
	t.Helper()
	commits := []es.Commit{c}
	if view.Global {
		c.Stream, commits = engine.FeedStream, nil
	}
	if err := p.Deliver(t.Context(), c.Stream, commits, 1); err != nil {
		t.Error(err)
	}
}

// TestWhatGoesByAnOldStandingIsSeen has a projector that does not know of the next generation take an event in its last moment.
// A reader who knows all must see it right then, and so must all others later.
func TestWhatGoesByAnOldStandingIsSeen(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, _ := populated(t, view)
				r := rebuild(m, view)
				r.Bound = 0
				begins := func(was, now engine.Standing) bool { return was.Next == 0 && now.Next != 0 }
				r.Generations = lastMoment(t, m, view, begins, func(late process) {
					late.project(t, view, append1(t, m, "counter-c0", 2))
					sees(t, engine.Live{Views: m, Turns: turns(m)}, view, replayed(t, m, view))
				})
				if report, err := r.Run(t.Context(), true); err != nil || report.Comparison.Different > 0 {
					t.Fatalf("%+v, %v", report, err)
				}
				sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
			})
		})
	}
}

// TestWhatIsParkedByAnOldStandingIsMended has a projector that does not know yet that the mended generation is live park its
// stream again, in its last moment.
func TestWhatIsParkedByAnOldStandingIsMended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, consumer := populated(t, tallies.ViewDecl)
		feed(t, m, "c1", 13)
		deliverAll(t, m, consumer, tallies.ViewDecl)
		if len(m.parked) != 1 {
			t.Fatalf("parked are %v", m.parked)
		}
		r := rebuild(m, es.Project("tallies", es.Upon(counters, func(d tally, e added, _ es.Meta) tally { return tally{Sum: d.Sum + e.N} })).ViewDecl)
		r.Bound = 0
		switches := func(was, now engine.Standing) bool { return was.Live != now.Live }
		r.Generations = lastMoment(t, m, tallies.ViewDecl, switches, func(late process) {
			if parked, err := late.Retry(t.Context(), "counter-c1"); err != nil || parked == nil {
				t.Errorf("the old fold gives %+v, %v", parked, err)
			}
		})
		if report, err := r.Run(t.Context(), true); err != nil || len(report.Mended) != 1 || len(m.parked) > 0 {
			t.Fatalf("%+v, %v; parked are %v", report, err, m.parked)
		}
	})
}

// TestWhoReadsByAnOldStandingFindsRows has a reader who does not know yet that readers have gone back read in its last moment,
// while the generation that it reads is dropped.
func TestWhoReadsByAnOldStandingFindsRows(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, _ := populated(t, view)
				if _, err := rebuild(m, view).Run(t.Context(), true); err != nil {
					t.Fatal(err)
				}
				r := rebuild(m, view)
				r.Bound = 0
				back := func(was, now engine.Standing) bool { return was.Live != now.Live }
				r.Generations = lastMoment(t, m, view, back, func(late process) { sees(t, late.live, view, replayed(t, m, view)) })
				if _, err := r.Back(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := r.Drop(t.Context()); err != nil {
					t.Fatal(err)
				}
				onlyLive(t, m, view)
			})
		})
	}
}

// sees makes sure that a reader finds rows as they should be.
func sees(t *testing.T, reader engine.Live, view *es.ViewDecl, want map[string]engine.Row) {
	t.Helper()
	for id := range want {
		if row, err := reader.Row(t.Context(), view.Name, id); err != nil || row.Version != want[id].Version {
			t.Errorf("of row %s version %d is seen, %v; want %d", id, row.Version, err, want[id].Version)
		}
	}
}
