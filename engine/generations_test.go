package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// asked counts how often standings are read.
type asked struct {
	engine.Generations
	times atomic.Int64
	fails atomic.Bool
}

func (a *asked) Standing(ctx context.Context, view string) (engine.Standing, error) {
	a.times.Add(1)
	if a.fails.Load() {
		return engine.Standing{}, errCrash
	}
	return a.Generations.Standing(ctx, view)
}

// TestTurns is what a generation costs those who read: one read of the standing when a process begins, none while it is
// warm, and one more each time that the bound has passed.
func TestTurns(t *testing.T) {
	m := newMemory()
	a := &asked{Generations: m}
	long := &engine.Turns{Generations: a, Bound: time.Hour}
	live := engine.Live{Views: m, Turns: long}
	m.rows["v a"], m.rows["v@2 a"] = engine.Row{Version: 1}, engine.Row{Version: 2}
	reads := func(want uint64) {
		t.Helper()
		if row, err := live.Row(t.Context(), "v", "a"); err != nil || row.Version != want {
			t.Fatalf("it reads version %d, %v; want %d", row.Version, err, want)
		}
	}
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() {
			for range 100 {
				reads(1)
			}
		})
	}
	together.Wait()
	if err := m.SetStanding(t.Context(), "v", engine.FirstStanding(), engine.Standing{Live: 2, Last: 2}); err != nil {
		t.Fatal(err)
	}
	reads(1)
	if n := a.times.Load(); n != 1 {
		t.Fatalf("the standing was read %d times", n)
	}

	live.Turns = &engine.Turns{Generations: a, Bound: time.Nanosecond}
	reads(2)
	reads(2)
	if n := a.times.Load(); n != 5 { // each read is so slow that it is over the bound at its end
		t.Fatalf("the standing was read %d times", n)
	}
	a.fails.Store(true)
	if _, err := live.Row(t.Context(), "v", "a"); !errors.Is(err, errCrash) {
		t.Fatalf("without knowing the standing it answers, with %v", err)
	}
	live.Turns = nil
	reads(1)
}

func TestGenerationNames(t *testing.T) {
	if first, tenth := engine.GenerationName("v", 1), engine.GenerationName("v", 10); first != "v" || tenth != "v@10" {
		t.Fatalf("they are %s and %s", first, tenth)
	}
}

// TestWhatIsParkedStaysParked rebuilds a view that cannot take an event: first with the fold that has always failed, then after
// an operator has skipped it, and then with a fold that takes it.
func TestWhatIsParkedStaysParked(t *testing.T) {
	for name, c := range map[string]struct {
		broken, mended *es.ViewDecl
		stream         es.StreamID
	}{
		"a row for each stream": {tallies.ViewDecl, es.Project("tallies", es.Upon(counters, func(d tally, e added, _ es.Meta) tally { return tally{Sum: d.Sum + e.N} })).ViewDecl, "counter-c1"},
		"rows of many streams": {chronicles.ViewDecl, es.ProjectFeed("chronicles", es.Into(counters, func(added, es.Meta) string { return "odd" },
			func(d string, _ added, _ es.Meta) string { return d + "." })).ViewDecl, engine.FeedStream},
	} {
		t.Run(name, func(t *testing.T) {
			m, consumer := populated(t, c.broken)
			feed(t, m, "c1", 13)
			version := m.streams["counter-c1"][3].Version
			if c.broken.Global {
				version = uint64(len(m.order))
			}
			feed(t, m, "c2", 1)
			feed(t, m, "c1", 3)
			deliverAll(t, m, consumer, c.broken)
			if len(m.parked) != 1 {
				t.Fatalf("parked are %v", m.parked)
			}
			report, err := rebuild(m, c.broken).Run(t.Context(), false)
			if err != nil || report.Comparison.Different > 0 || len(report.Comparison.Parked) != 1 || len(report.Comparison.Stuck) != 1 || len(report.Mended) > 0 {
				t.Fatalf("%+v, %v", report, err)
			}
			if s := report.Comparison.Stuck[0]; s.Version != version {
				t.Fatalf("stuck at %+v, want version %d", s, version)
			}
			<-time.After(bound)
			parked, err := consumer.Retry(t.Context(), c.stream)
			if err != nil || parked == nil || parked.Version != version {
				t.Fatalf("a retry gives %+v, %v", parked, err)
			}
			if parked, err = consumer.Skip(t.Context(), c.stream, version); err != nil || parked != nil {
				t.Fatalf("skipping gives %+v, %v", parked, err)
			}
			want := liveRows(t, m, c.broken.Name)
			report, err = rebuild(m, c.broken).Run(t.Context(), false)
			if err != nil || report.Comparison.Different > 0 || len(report.Comparison.Skipped) != 1 || len(report.Comparison.Stuck) > 0 {
				t.Fatalf("%+v, %v", report, err)
			}
			sameRows(t, liveRows(t, m, c.broken.Name), want)

			feed(t, m, "c1", 13)
			<-time.After(bound)
			deliverAll(t, m, consumer, c.broken)
			if len(m.parked) != 1 {
				t.Fatalf("parked are %v", m.parked)
			}
			report, err = rebuild(m, c.mended).Run(t.Context(), false)
			if err != nil || len(report.Mended) != 1 || len(m.parked) > 0 {
				t.Fatalf("%+v, %v; parked are %v", report, err, m.parked)
			}
			sameRows(t, liveRows(t, m, c.mended.Name), replayed(t, m, c.mended))
		})
	}
}

// TestAnotherProgramBeginsAgain has a rebuild with one fold interrupted, and gone on with by a program that has another.
func TestAnotherProgramBeginsAgain(t *testing.T) {
	view := rebuilt["a row for each stream"]
	m, _ := populated(t, view)
	other := rebuild(m, es.Project(view.Name, es.Upon(counters, func(d tally, e added, _ es.Meta) tally { return tally{Sum: -1} })).ViewDecl)
	other.Program = "another one"
	m.breaks = func() error {
		if m.checkpoints[view.Name+"@2 "+string(engine.FeedStream)] > 0 {
			return errCrash
		}
		return nil
	}
	if _, err := other.Run(t.Context(), false); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	m.breaks = nil
	report, err := rebuild(m, view).Run(t.Context(), false)
	if err != nil || report.Generation != 3 || report.Comparison.Different > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
	onlyLive(t, m, view)
}

// TestOneRebuildAtATime has a second one take over while the first compares.
func TestOneRebuildAtATime(t *testing.T) {
	view := rebuilt["a row for each stream"]
	for name, runs := range map[string][2]func(r *engine.Rebuild) error{
		"two trials": {
			func(r *engine.Rebuild) error { _, err := r.Trial(t.Context()); return err },
			func(r *engine.Rebuild) error { _, err := r.Trial(t.Context()); return err },
		},
		"a rebuild and its end": {
			func(r *engine.Rebuild) error { _, err := r.Run(t.Context(), true); return err },
			func(r *engine.Rebuild) error { return r.Drop(t.Context()) },
		},
		"two rebuilds": {
			func(r *engine.Rebuild) error { _, err := r.Run(t.Context(), true); return err },
			func(r *engine.Rebuild) error { _, err := r.Run(t.Context(), true); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := populated(t, view)
			want := liveRows(t, m, view.Name)
			first, begun := rebuild(m, view), false
			first.Progress = func(p engine.Rebuilding) {
				if p.Phase == engine.PhaseFill && !begun {
					begun = true
					if err := runs[1](rebuild(m, view)); err != nil {
						t.Error(err)
					}
				}
			}
			if err := runs[0](first); err == nil || !strings.Contains(err.Error(), "somebody else has changed the generations") {
				t.Fatalf("the first one gives %v", err)
			}
			sameRows(t, liveRows(t, m, view.Name), want)
		})
	}
}

// TestWhatIsStuckIsBounded has a fold fail for every stream.
func TestWhatIsStuckIsBounded(t *testing.T) {
	for what, leftOut := range map[string]bool{"stuck": false, "left out, as by the live generation": true} {
		t.Run(what, func(t *testing.T) {
			m := newMemory()
			for i := range 150 {
				id := fmt.Sprint("c", i)
				feed(t, m, id, 13)
				if leftOut {
					m.rows["tallies "+id] = engine.Row{Version: 1}
				}
			}
			report, err := rebuild(m, tallies.ViewDecl).Trial(t.Context())
			if err != nil || len(report.Comparison.Stuck)+len(report.Comparison.Skipped) != 100 || leftOut != (len(report.Comparison.Stuck) == 0) {
				t.Fatalf("%d are stuck and %d left out, %v", len(report.Comparison.Stuck), len(report.Comparison.Skipped), err)
			}
		})
	}
}
