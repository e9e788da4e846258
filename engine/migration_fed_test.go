package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// TestCommitsThatAreLateToTheFeed has the store hold what its feed does not have yet when writes stop: nothing is closed before
// it is there.
func TestCommitsThatAreLateToTheFeed(t *testing.T) {
	m := newMigrating(t)
	m.history()
	for _, phase := range m.phases()[:3] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.blue.request("late", "c7", 1); err != nil {
		t.Fatal(err)
	}
	m.blue.hold(1)
	m.Patience = time.Nanosecond
	var unfed *engine.Unfed
	if err := m.StopWrites(t.Context()); !errors.As(err, &unfed) || unfed.Example.Stream != "counter-c7" {
		t.Fatalf("writes stop with %v", err)
	}
	m.blue.hold(0)
	m.blue.work()
	if err := m.StopWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.blue.hold(1) // what a saga has added last, say
	if err := m.CatchUp(t.Context()); !errors.As(err, &unfed) || m.blue.moves.Phase != engine.MoveStopped {
		t.Fatalf("green catches up, %v", err)
	}
	m.blue.hold(0)
	m.Patience = time.Minute
	for _, phase := range m.phases()[4:] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	m.same(t)
}

// TestCommitsThatNobodyHasDealtWith has one come into the feed when writes have stopped, to which a saga should have reacted.
func TestCommitsThatNobodyHasDealtWith(t *testing.T) {
	m := newMigrating(t)
	m.history()
	for _, phase := range m.phases()[:4] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.blue.memory.Append(t.Context(), m.blue.order[0].Draft()); err == nil {
		t.Fatal("it is appended twice")
	}
	late := m.blue.order[0].Draft()
	late.Stream = "counter-late"
	if err := m.blue.memory.Append(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	m.Patience = time.Nanosecond
	var unsettled *engine.Unsettled
	for range 2 {
		if err := m.CatchUp(t.Context()); !errors.As(err, &unsettled) || m.blue.moves.Phase != engine.MoveStopped {
			t.Fatalf("green catches up, %v", err)
		}
		if _, err := m.Compare(t.Context(), true); err != nil { // copies it
			t.Fatal(err)
		}
	}
	m.Patience = time.Minute
	if _, err := m.Back(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	m.blue.work()
	for _, phase := range m.phases()[3:] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	m.green.work()
	if n := m.mails.all["tally-c0@1 got 3"]; n != 1 {
		t.Errorf("it was mailed %d times", n)
	}
	if m.mails.all["tally-late@1 got 3"] != 1 {
		t.Errorf("posted %v", m.mails.all)
	}
}

// TestViewsThatAreBehind has green's views lack what has been copied, and nobody to make them.
func TestViewsThatAreBehind(t *testing.T) {
	m := newMigrating(t)
	m.history()
	for _, phase := range m.phases()[:5] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	clear(m.green.rows)
	tell := m.Progress
	m.Progress, m.Patience = nil, time.Nanosecond
	var behind *engine.Behind
	if _, err := m.CutWrites(t.Context()); !errors.As(err, &behind) || behind.View != "sums" || m.blue.moves.Phase != engine.MoveCaughtUp {
		t.Fatalf("green takes writes, %v", err)
	}
	m.Progress, m.Patience = tell, time.Minute
	if _, err := m.CutWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
}
