package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// nextOf is what comes at each of blue's phases, by its place among all phases.
var nextOf = map[engine.MovePhase]int{
	engine.MoveNone: 0, engine.MoveCopying: 1, engine.MoveCompared: 2, engine.MoveReadsCut: 3, engine.MoveStopping: 3,
	engine.MoveStopped: 4, engine.MoveCaughtUp: 5, engine.MoveWritesCut: 6,
}

// forward goes on from where the migration is, and ends with a phase.
func (m *migrating) forward(ctx context.Context, last int) error {
	for range 20 {
		n, more := nextOf[m.blue.phase()]
		if !more || n > last {
			return nil
		}
		if err := m.phases()[n](ctx); err != nil {
			return err
		}
	}
	return errors.New("it goes round in circles")
}

func (m *migrating) back(ctx context.Context) error {
	_, err := m.Back(ctx, 0)
	return err
}

// meddle calls something, and has something else done at the n-th time that this is about to write or has just written. It
// reports whether there were so many.
func (m *migrating) meddle(n int, call func() error, do func()) (reached bool, err error) {
	var mu sync.Mutex
	count := 0
	hook := func() error {
		mu.Lock()
		defer mu.Unlock()
		if count++; count == n {
			m.blue.calmly(func() { m.green.calmly(do) })
		}
		return nil
	}
	m.blue.breaks, m.green.breaks = hook, hook
	err = call()
	m.blue.breaks, m.green.breaks = nil, nil
	return count >= n, err
}

// asked has each store asked to add one, and then time go by, for timers to fire where they may. It gives how many have added it:
// never both.
func (m *migrating) asked(t *testing.T) (accepted int) {
	t.Helper()
	if m.blue.phase() == engine.MoveNone {
		return 0 // green may be anything
	}
	for _, s := range []*store{m.blue, m.green} {
		switch err := s.request(engine.NewID(), "c7", 1); {
		case err == nil:
			accepted++
		case !errors.Is(err, engine.ErrMoving):
			t.Fatal(err)
		}
	}
	m.now = m.now.Add(2 * time.Hour)
	m.blue.work()
	m.green.work()
	if accepted > 1 {
		t.Fatalf("both take writes, blue at %q and green at %q", m.blue.phase(), m.green.phase())
	}
	return accepted
}

// TestTwoWhoMigrate has somebody else do the same, what comes next, or go back, in the midst of every phase and of going back: at
// every write of either store, before it and behind it. Never do both stores take requests, and nothing that was accepted is
// lost or done twice when somebody then goes through with it.
func TestTwoWhoMigrate(t *testing.T) {
	for at := range 7 {
		phase := func(m *migrating) func(context.Context) error { return m.phases()[at] }
		back := func(m *migrating) func(context.Context) error { return m.back }
		others := map[string]func(*migrating) error{
			"the same":           func(m *migrating) error { return phase(m)(t.Context()) },
			"this and the next":  func(m *migrating) error { return m.forward(t.Context(), at+1) },
			"back":               func(m *migrating) error { return m.back(t.Context()) },
			"all the way back":   func(m *migrating) error { return errors.Join(m.back(t.Context()), m.back(t.Context())) },
			"back and on":        func(m *migrating) error { return errors.Join(m.back(t.Context()), m.forward(t.Context(), at-1)) },
			"back and on and so": func(m *migrating) error { return errors.Join(m.back(t.Context()), m.forward(t.Context(), at)) },
		}
		for name, call := range map[string]func(*migrating) func(context.Context) error{"phase": phase, "back": back} {
			for other, do := range others {
				t.Run(fmt.Sprintf("%s %d with %s", name, at, other), func(t *testing.T) {
					for n := 1; meddled(t, at, n, call, do); n++ {
					}
				})
			}
		}
	}
}

func meddled(t *testing.T, at, n int, call func(*migrating) func(context.Context) error, do func(*migrating) error) bool {
	t.Helper()
	m := newMigrating(t)
	m.history()
	if err := m.forward(t.Context(), at-1); err != nil {
		t.Fatal(err)
	}
	accepted := 0
	reached, err := m.meddle(n, func() error { return call(m)(t.Context()) }, func() {
		if err := do(m); !outrun(err) {
			t.Fatalf("meddling at write %d: %v", n, err)
		}
		accepted += m.asked(t)
	})
	if !outrun(err) {
		t.Fatalf("meddled with at write %d: %v", n, err)
	}
	accepted += m.asked(t)
	m.ends(t, fmt.Sprintf("meddled with at write %d", n), accepted)
	return reached
}

// ends goes on to the end, and makes sure that green has all that blue had, that nothing that was accepted is lost or done twice,
// and that each mail is posted, and each reminder fires, once.
func (m *migrating) ends(t *testing.T, when string, accepted int) {
	t.Helper()
	if err := m.forward(t.Context(), 6); err != nil {
		t.Fatalf("%s, from %q and %q: %v", when, m.blue.phase(), m.green.phase(), err)
	}
	m.now = m.now.Add(2 * time.Hour)
	m.blue.work()
	m.green.work()
	want := rewritten(t, m.blue.order, m.Rewrite)
	if diff := cmp.Diff(want, m.green.order[:min(len(want), len(m.green.order))], cmp.AllowUnexported(es.Personal{})); diff != "" {
		t.Fatalf("%s green differs (-want +got):\n%s", when, diff)
	}
	for stream, want := range map[es.StreamID]tallySum{"tally-c0": {5, 2}, "tally-c1": {1, 1}, "tally-c7": {accepted, accepted}} {
		state, err := m.green.x.State(t.Context(), tallyFold, stream)
		if got, _ := state.(tallySum); err != nil || got != want {
			t.Fatalf("%s %s is %+v in green, want %+v, error %v", when, stream, got, want, err)
		}
	}
	for text, times := range m.mails.all {
		if times != 1 {
			t.Fatalf("%s %q was posted %d times", when, text, times)
		}
	}
	if len(m.mails.all) != 3+accepted {
		t.Fatalf("%s these were posted: %v", when, m.mails.all)
	}
}

// TestTwoWhoCopy has somebody else copy in the midst of copying: who was outrun goes on behind that.
func TestTwoWhoCopy(t *testing.T) {
	for n, reached := 1, true; reached; n++ {
		m := newMigrating(t)
		m.history()
		start := func() error { return m.Start(t.Context()) }
		var err error
		if reached, err = m.meddle(n, start, func() {
			if err := start(); err != nil {
				t.Fatalf("the other at write %d: %v", n, err)
			}
		}); err != nil {
			t.Fatalf("outrun at write %d: %v", n, err)
		}
		m.same(t)
	}
}

// outrun reports whether an error is nothing but that somebody else was first.
func outrun(err error) bool {
	var next *engine.NotNext
	var own *engine.OwnWrites
	var conflict *engine.Conflict
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(joined.Unwrap(), func(err error) bool { return !outrun(err) })
	}
	return err == nil || errors.As(err, &next) || errors.As(err, &own) || errors.As(err, &conflict) || errors.Is(err, engine.ErrStale)
}
