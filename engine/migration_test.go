package engine_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// rewritten is what a feed comes to, without any of what makes it safe and fast.
func rewritten(t testing.TB, feed []es.Commit, by *es.Rewrite) []es.Commit {
	t.Helper()
	var out []es.Commit
	ends, names := map[es.StreamID]uint64{}, map[string]string{}
	for _, c := range feed {
		become, err := by.Of(c)
		if err != nil {
			t.Fatal(err)
		}
		origin := c.Origin
		origin.CausationID = names[c.CausationID]
		for _, part := range become.Parts {
			for n, i := range part.From {
				if name := fmt.Sprintf("%s@%d", c.Stream, c.Version+uint64(i)); names[name] == "" {
					names[name] = fmt.Sprintf("%s@%d", part.Stream, ends[part.Stream]+1+uint64(n))
				}
			}
			for events := part.Events; len(events) > 0; {
				n := min(len(events), engine.MaxCommitEvents)
				out = append(out, es.Commit{Stream: part.Stream, Version: ends[part.Stream] + 1, Events: events[:n], Origin: origin})
				ends[part.Stream] += uint64(n)
				events = events[n:]
			}
		}
	}
	return out
}

// same makes sure that green has what blue's feed comes to, and nothing else.
func (m *migrating) same(t testing.TB) {
	t.Helper()
	if diff := cmp.Diff(rewritten(t, m.blue.order, m.Rewrite), m.green.order, cmp.AllowUnexported(es.Personal{})); diff != "" {
		t.Fatalf("green differs (-want +got):\n%s", diff)
	}
}

func (m *migrating) run(t testing.TB) {
	t.Helper()
	for n, phase := range m.phases() {
		if err := phase(t.Context()); err != nil {
			t.Fatalf("phase %d: %v", n, err)
		}
		m.blue.work()
		m.green.work()
	}
}

// TestMigration goes through all phases. Nobody is mailed twice, and each timer fires once, in green.
func TestMigration(t *testing.T) {
	m := newMigrating(t)
	m.history()
	m.green.work()
	if len(m.mails.all) != 3 {
		t.Fatalf("posted %v", m.mails.all)
	}
	phases := m.phases()
	for n, phase := range phases[:5] {
		if err := phase(t.Context()); err != nil {
			t.Fatalf("phase %d: %v", n, err)
		}
		m.green.work()
		err := m.blue.request(fmt.Sprint("meanwhile-", n), "c9", 1)
		if open := n < 3; open != (err == nil) || !open && !errors.Is(err, engine.ErrMoving) {
			t.Fatalf("behind phase %d a request gives %v", n, err)
		}
		m.blue.work()
		if err := m.green.request("too early", "c0", 1); !errors.Is(err, engine.ErrMoving) {
			t.Fatalf("behind phase %d green takes a request: %v", n, err)
		}
	}
	m.same(t)
	m.now = m.now.Add(2 * time.Hour)
	m.blue.work()
	m.green.work()
	if n := len(m.green.streams["tally-c0"]); n != 2 {
		t.Fatalf("timers have fired while nobody may write: %d", n)
	}
	for _, phase := range phases[5:] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
		m.blue.work()
		m.green.work()
	}
	if err := m.green.request("first", "c0", 4); err != nil {
		t.Fatal(err)
	}
	m.green.work()
	for text, times := range m.mails.all {
		if times != 1 {
			t.Errorf("%q was posted %d times", text, times)
		}
	}
	if m.mails.all["tally-c0@5 got 4"] != 1 || len(m.mails.all) != 7 {
		t.Errorf("posted %v", m.mails.all)
	}
	for stream, want := range map[es.StreamID]tallySum{"tally-c0": {9, 2}, "tally-c1": {1, 1}, "tally-c9": {3, 3}} {
		var state any
		for _, c := range m.green.streams[stream] {
			var err error
			if state, err = tallyFold.Fold(state, c); err != nil {
				t.Fatal(err)
			}
		}
		if state != want {
			t.Errorf("%s is %+v, want %+v", stream, state, want)
		}
	}
	if m.green.moves.Phase != engine.MoveNone || m.blue.moves.Phase != engine.MoveDestroyed {
		t.Errorf("it ends at %+v and %+v", m.blue.moves, m.green.moves)
	}
}

// TestMigrationAfterACrash breaks off at every write of either store, before it and behind it, and then does it again.
func TestMigrationAfterACrash(t *testing.T) {
	calm := newMigrating(t)
	calm.history()
	calm.run(t)
	for step := 1; ; step++ {
		m := newMigrating(t)
		m.history()
		count, crashed := 0, false
		var mu sync.Mutex
		breaks := func() error {
			mu.Lock()
			defer mu.Unlock()
			if count++; count == step {
				crashed = true
				return errCrash
			}
			return nil
		}
		for n, phase := range m.phases() {
			for {
				m.blue.breaks, m.green.breaks = breaks, breaks
				err := phase(t.Context())
				m.blue.breaks, m.green.breaks = nil, nil
				m.blue.work()
				m.green.work()
				if err == nil {
					break
				}
				if !errors.Is(err, errCrash) {
					t.Fatalf("phase %d behind a crash at step %d: %v", n, step, err)
				}
			}
		}
		if diff := cmp.Diff(calm.green.order, m.green.order, cmp.AllowUnexported(es.Personal{})); diff != "" {
			t.Fatalf("after a crash at step %d green differs (-calm +this):\n%s", step, diff)
		}
		if diff := cmp.Diff(calm.mails.all, m.mails.all); diff != "" {
			t.Fatalf("after a crash at step %d other mails were posted (-calm +this):\n%s", step, diff)
		}
		if diff := cmp.Diff(calm.green.timers, m.green.timers); diff != "" {
			t.Fatalf("after a crash at step %d other timers are set (-calm +this):\n%s", step, diff)
		}
		if !crashed {
			if step < 20 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
	}
}

// TestMigrationGoesBack goes back from each phase before the last, and then all the way.
func TestMigrationGoesBack(t *testing.T) {
	for at := 1; at <= 6; at++ {
		t.Run(fmt.Sprint("from phase ", at), func(t *testing.T) {
			m := newMigrating(t)
			m.history()
			for _, phase := range m.phases()[:at] {
				if err := phase(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			m.green.work()
			for range 3 { // at most
				if phase, err := m.Back(t.Context(), 0); err != nil {
					t.Fatal(err)
				} else if phase == engine.MoveNone {
					break
				}
				if err := m.blue.request(engine.NewID(), "c3", 1); err != nil {
					t.Fatalf("blue does not take writes: %v", err)
				}
				m.blue.work()
			}
			if m.blue.moves.Phase != engine.MoveNone {
				t.Fatalf("it is at %v", m.blue.moves.Phase)
			}
			m.run(t)
			m.same(t)
		})
	}
}

// TestGoingBackCountsWhatIsLost has green accept what blue will never have.
func TestGoingBackCountsWhatIsLost(t *testing.T) {
	m := newMigrating(t)
	m.history()
	for _, phase := range m.phases()[:6] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		if err := m.green.request(fmt.Sprint("own-", i), "c0", 1); err != nil {
			t.Fatal(err)
		}
	}
	var own *engine.OwnWrites
	for _, lose := range []uint64{0, 1, 3} {
		if _, err := m.Back(t.Context(), lose); !errors.As(err, &own) || own.Commits != 2 {
			t.Fatalf("giving up %d commits says %v", lose, err)
		}
	}
	if err := m.green.request("own-2", "c0", 1); err != nil {
		t.Fatalf("green does not take writes any more: %v", err)
	}
	if phase, err := m.Back(t.Context(), 3); err != nil || phase != engine.MoveNone {
		t.Fatalf("it goes back to %q: %v", phase, err)
	}
	if err := m.blue.request("again", "c0", 1); err != nil {
		t.Fatal(err)
	}
	if err := m.green.request("own-3", "c0", 1); !errors.Is(err, engine.ErrMoving) {
		t.Fatalf("green takes writes: %v", err)
	}
	if err := m.Start(t.Context()); !errors.Is(err, engine.ErrNotEmpty) {
		t.Fatalf("green is filled again: %v", err)
	}
}

func TestMigrationOutOfOrder(t *testing.T) {
	m := newMigrating(t)
	m.history()
	phases := m.phases()
	for at := 0; at < len(phases); at++ {
		for n, phase := range phases {
			if n <= at || n == 1 && at >= 1 { // may be called again, or comes next
				continue
			}
			var next *engine.NotNext
			if err := phase(t.Context()); !errors.As(err, &next) || next.Next != next.Phase.Next() {
				t.Fatalf("phase %d before phase %d gives %v", n, at, err)
			}
		}
		if err := phases[at](t.Context()); err != nil {
			t.Fatal(err)
		}
		m.blue.work()
		m.green.work()
	}
	other := *m.Migration
	other.Rewrite = es.NewRewrite("other", "")
	if err := other.CutReads(t.Context()); !errors.Is(err, engine.ErrOtherMove) {
		t.Errorf("another migration goes on: %v", err)
	}
}
