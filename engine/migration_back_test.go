package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// TestGoingBackAfterACrash breaks off going back from every phase at every write of either store, before it and behind it. Then
// somebody goes back once more, or on: it comes to the same end.
func TestGoingBackAfterACrash(t *testing.T) {
	for at := 1; at <= 6; at++ {
		for _, again := range []bool{false, true} {
			t.Run(fmt.Sprint("from phase ", at, again), func(t *testing.T) {
				for step, broken := 1, true; broken; step++ {
					m := newMigrating(t)
					m.history()
					if err := m.forward(t.Context(), at-1); err != nil {
						t.Fatal(err)
					}
					broken = m.breaksOff(step, func() error { return m.back(t.Context()) })
					accepted := m.asked(t)
					if again && broken {
						if err := m.back(t.Context()); !outrun(err) {
							t.Fatalf("going back again behind a crash at step %d: %v", step, err)
						}
						accepted += m.asked(t)
					}
					m.ends(t, fmt.Sprintf("after a crash at step %d", step), accepted)
				}
			})
		}
	}
}

// breaksOff has a call break off at the n-th write, before it or behind it. It reports whether there were so many.
func (m *migrating) breaksOff(n int, call func() error) bool {
	m.blue.t.Helper()
	count := 0
	m.blue.breaks = func() error {
		if count++; count == n {
			return errCrash
		}
		return nil
	}
	m.green.breaks = m.blue.breaks
	err := call()
	m.blue.breaks, m.green.breaks = nil, nil
	if err != nil && !errors.Is(err, errCrash) {
		m.blue.t.Fatal(err)
	}
	return err != nil
}

// TestGoingBackWaitsForTheFeed has green accept what does not come into its feed: it is not given up unseen, and green goes on.
func TestGoingBackWaitsForTheFeed(t *testing.T) {
	m := newMigrating(t)
	m.history()
	if err := m.forward(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	own := func(id string) {
		t.Helper()
		if err := m.green.request(id, "c0", 1); err != nil {
			t.Fatalf("green takes no writes: %v", err)
		}
	}
	own("own-0")
	m.green.hold(1)
	m.Patience = time.Nanosecond
	var unfed *engine.Unfed
	if _, err := m.Back(t.Context(), 0); !errors.As(err, &unfed) || unfed.Place != "green" || m.blue.phase() != engine.MoveWritesCut {
		t.Fatalf("it goes back to %q: %v", m.blue.phase(), err)
	}
	m.green.hold(0)
	own("own-1")
	var lost *engine.OwnWrites
	if _, err := m.Back(t.Context(), 0); !errors.As(err, &lost) || lost.Commits != 2 {
		t.Fatalf("it says that %v", err)
	}
	if phase, err := m.Back(t.Context(), 2); err != nil || phase != engine.MoveNone {
		t.Fatalf("it goes back to %q: %v", phase, err)
	}
}

// TestGreenIsClosed has somebody who went back break off when green was closed, and somebody else cut writes then: when they had
// been cut before, and when that had broken off too.
func TestGreenIsClosed(t *testing.T) {
	for _, almost := range []bool{false, true} {
		m := newMigrating(t)
		m.history()
		if err := m.forward(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		cut := func() error { _, err := m.CutWrites(t.Context()); return err }
		back := func() error { return m.back(t.Context()) }
		if almost {
			m.breaksUntil(cut, func() bool { return m.green.phase() == engine.MoveLive })
		} else if err := cut(); err != nil {
			t.Fatal(err)
		}
		m.breaksUntil(back, func() bool { return m.green.phase() == engine.MoveDivorced })
		if err := m.forward(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		if err := cut(); !errors.Is(err, engine.ErrStale) || m.green.phase() != engine.MoveDivorced {
			t.Fatalf("writes are cut with green at %q: %v", m.green.phase(), err)
		}
		if err := back(); err != nil || m.blue.phase() != engine.MoveReadsCut {
			t.Fatalf("it goes back to %q: %v", m.blue.phase(), err)
		}
		m.ends(t, fmt.Sprint("almost cut: ", almost), 0)
	}
}

// breaksUntil has a call break off, a write later each time, until something is so.
func (m *migrating) breaksUntil(call func() error, is func() bool) {
	m.blue.t.Helper()
	for n := 1; !is(); n++ {
		if !m.breaksOff(n, call) {
			m.blue.t.Fatal("it does not break off")
		}
	}
}

// TestDestroyingTooEarly has blue hold what green does not have: it is not given up.
func TestDestroyingTooEarly(t *testing.T) {
	m := newMigrating(t)
	m.history()
	if err := m.forward(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	late := m.blue.order[0].Draft()
	late.Stream = "counter-late"
	if err := m.blue.memory.Append(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if err := m.Destroy(t.Context()); err == nil || m.blue.phase() != engine.MoveWritesCut {
		t.Fatalf("blue is at %q, %v", m.blue.phase(), err)
	}
}

// TestCuttingWritesSlowly has somebody begin to cut writes at every write of one who goes back, and open green when that one is
// done: too late.
func TestCuttingWritesSlowly(t *testing.T) {
	for n, reached := 1, true; reached; n++ {
		m := newMigrating(t)
		m.history()
		if err := m.forward(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		slow := &slowly{Moves: m.green, begun: make(chan struct{}), goes: make(chan struct{})}
		green, other := *m.green.place, *m.Migration
		green.Moves, other.Green, other.Progress = slow, &green, nil
		ended := make(chan error, 1)
		var err error
		reached, err = m.meddle(n, func() error { return m.back(t.Context()) }, func() {
			go func() {
				_, err := other.CutWrites(t.Context())
				ended <- err
			}()
			select {
			case <-slow.begun:
			case err := <-ended: // it was refused
				ended <- err
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		close(slow.goes)
		if reached {
			if err := <-ended; !outrun(err) || err == nil {
				t.Fatalf("begun at write %d writes are cut: %v", n, err)
			}
		}
		m.ends(t, fmt.Sprintf("begun at write %d", n), m.asked(t))
	}
}

// slowly changes a move when it is told to.
type slowly struct {
	engine.Moves
	begun, goes chan struct{}
}

func (s *slowly) SetMove(ctx context.Context, was, now engine.Move) error {
	close(s.begun)
	<-s.goes
	return s.Moves.SetMove(ctx, was, now)
}
