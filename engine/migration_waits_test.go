package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestNotEmpty has green hold what nobody copied there.
func TestNotEmpty(t *testing.T) {
	m := newMigrating(t)
	m.history()
	if err := m.green.request("own", "c7", 1); err != nil {
		t.Fatal(err)
	}
	if err := m.Start(t.Context()); !errors.Is(err, engine.ErrNotEmpty) || m.blue.moves.Phase != engine.MoveNone {
		t.Fatalf("it starts, %v", err)
	}
}

// TestUnsettled has blue's saga not come to the end: green would never do what it has not done.
func TestUnsettled(t *testing.T) {
	m := newMigrating(t)
	m.history()
	for _, phase := range m.phases()[:3] {
		if err := phase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	parked := engine.Parked{Consumer: "tallying", Stream: "counter-c0", Version: 1}
	if err := m.blue.Park(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	var unsettled *engine.Unsettled
	if err := m.StopWrites(t.Context()); !errors.As(err, &unsettled) || len(unsettled.Parked) != 1 || m.blue.moves.Phase != engine.MoveReadsCut {
		t.Fatalf("at %q: %v", m.blue.moves.Phase, err)
	}
	if err := m.blue.Unpark(t.Context(), parked.Consumer, parked.Stream); err != nil {
		t.Fatal(err)
	}
	if err := m.blue.request("late", "c5", 3); err != nil {
		t.Fatal(err)
	}
	m.Patience = time.Nanosecond
	if err := m.StopWrites(t.Context()); !errors.As(err, &unsettled) || unsettled.Count != 1 || m.blue.moves.Phase != engine.MoveStopping {
		t.Fatalf("at %q: %v", m.blue.moves.Phase, err)
	}
	m.Inbox(1)
	m.blue.work() // goes on although nobody else may write
	if err := m.StopWrites(t.Context()); !errors.As(err, &unsettled) || unsettled.Inbox != 1 || unsettled.Count != 0 {
		t.Fatalf("at %q: %v", m.blue.moves.Phase, err)
	}
	m.Inbox(0)
	if err := m.StopWrites(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m.mails.all["tally-c5@1 got 3"] != 1 {
		t.Errorf("posted %v", m.mails.all)
	}
}

// TestEveryProcessKnows has processes go by a phase that is a little old: what one of them still puts into the inbox is waited for.
func TestEveryProcessKnows(t *testing.T) {
	m := newMigrating(t)
	m.history()
	if err := m.forward(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	m.Bound = 50 * time.Millisecond
	known := func(what string, call func(context.Context) error) {
		t.Helper()
		var set, looked time.Time
		m.Blue.Moves = watched{m.blue, func() { set = time.Now() }}
		m.Blue.Inbox = func(context.Context) (uint64, error) {
			if looked.IsZero() {
				looked = time.Now()
			}
			m.Blue.Moves = m.blue // what is set behind that is another phase
			return 0, nil
		}
		if err := call(t.Context()); err != nil {
			t.Fatal(err)
		}
		if looked.IsZero() {
			looked = time.Now()
		}
		if waited := looked.Sub(set); waited < m.Bound {
			t.Errorf("%s: it goes on %v behind the change, in which some do not know of it", what, waited)
		}
	}
	known("reads are cut", m.CutReads)
	known("writes are stopped", m.StopWrites)
}

// watched tells when a move has changed.
type watched struct {
	engine.Moves
	told func()
}

func (w watched) SetMove(ctx context.Context, was, now engine.Move) error {
	err := w.Moves.SetMove(ctx, was, now)
	w.told()
	return err
}

// Inbox sets how many commands wait for single writers.
func (m *migrating) Inbox(n uint64) {
	m.Blue.Inbox = func(context.Context) (uint64, error) { return n, nil }
}

// TestMigrationUnderWrites has many write while it goes on. Each goes on in green when blue takes no more, as a client does that
// is told to try again, and none is lost or done twice.
func TestMigrationUnderWrites(t *testing.T) {
	m := newMigrating(t)
	m.history()
	m.Progress = nil
	const writers, each = 4, 40
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for n := range each {
				for to := m.blue; ; {
					err := to.request(fmt.Sprintf("writer-%d-%d", w, n), fmt.Sprint("w", w), 0+n%2)
					if err == nil {
						break
					}
					if !errors.Is(err, engine.ErrMoving) && !strings.Contains(err.Error(), "full") {
						t.Error(err)
						return
					}
					if !errors.Is(err, engine.ErrMoving) {
						break
					}
					if blue, _ := m.blue.Move(t.Context()); blue.Phase == engine.MoveWritesCut || blue.Phase == engine.MoveDestroyed {
						to = m.green
					}
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	stop := make(chan struct{})
	var working sync.WaitGroup
	for _, s := range []*store{m.blue, m.green} {
		working.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.work()
				}
			}
		})
	}
	for n, phase := range m.phases() {
		if err := phase(t.Context()); err != nil {
			t.Errorf("phase %d: %v", n, err)
		}
	}
	all.Wait()
	close(stop)
	working.Wait()
	m.green.work()
	for w := range writers {
		state, err := m.green.x.State(t.Context(), counters, es.StreamID(fmt.Sprint("counter-w", w)))
		if err != nil || state.(counter).Sum != 10 {
			t.Errorf("writer %d: %+v, %v", w, state, err)
		}
	}
	for text, times := range m.mails.all {
		if times > 1 {
			t.Errorf("%q was posted %d times", text, times)
		}
	}
	blue := rewritten(t, m.blue.order, m.Rewrite)
	if diff := cmp.Diff(blue, m.green.order[:len(blue)], cmp.AllowUnexported(es.Personal{})); diff != "" {
		t.Errorf("green differs (-want +got):\n%s", diff)
	}
}

// TestRandomRewrites rewrites histories that are made up, stopping and starting anywhere.
func TestRandomRewrites(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMigrating(t)
		m.Rewrite = drawRewrite(rt)
		var names []string
		for range rapid.IntRange(1, 40).Draw(rt, "commits") {
			stream := es.StreamID(rapid.SampledFrom([]string{"counter-a", "counter-b", "tally-a", "pool-a"}).Draw(rt, "stream"))
			c := es.Draft{Stream: stream, Origin: es.Origin{CommandID: engine.NewID(), TraceID: "t", Time: noon}}
			if commits := m.blue.streams[stream]; len(commits) > 0 {
				c.After = commits[len(commits)-1].Head()
			}
			if len(names) > 0 && rapid.Bool().Draw(rt, "caused") {
				c.Origin.CausationID = rapid.SampledFrom(names).Draw(rt, "cause")
			}
			for i := range rapid.IntRange(1, 60).Draw(rt, "events") {
				c.Events = append(c.Events, es.Recorded{
					Type: rapid.SampledFrom([]string{"A", "B", "C"}).Draw(rt, "type"), Data: fmt.Appendf(nil, `{"n":%d}`, i),
				})
				names = append(names, fmt.Sprintf("%s@%d", stream, c.After.Version()+1+uint64(i)))
			}
			if err := m.blue.Append(t.Context(), c); err != nil {
				rt.Fatal(err)
			}
			if rapid.IntRange(0, 9).Draw(rt, "copies") == 0 {
				if err := m.Start(t.Context()); err != nil { // with nothing remembered
					rt.Fatal(err)
				}
			}
		}
		if err := m.Start(t.Context()); err != nil {
			rt.Fatal(err)
		}
		m.same(t)
	})
}

// drawRewrite draws steps that go well together in any order.
func drawRewrite(rt *rapid.T) *es.Rewrite {
	var steps []es.Step
	for range rapid.IntRange(0, 4).Draw(rt, "steps") {
		category := rapid.SampledFrom([]string{"counter", "tally", "pool"}).Draw(rt, "category")
		event := rapid.SampledFrom([]string{"A", "B", "C"}).Draw(rt, "event")
		switch rapid.IntRange(0, 4).Draw(rt, "kind") {
		case 0:
			steps = append(steps, es.Rename(category, event, "C"))
		case 1:
			steps = append(steps, es.Drop(category, event))
		case 2:
			steps = append(steps, es.Split(category, event, "twice", func(p es.Past) ([]es.Recorded, error) {
				return []es.Recorded{p.Recorded, p.Recorded}, nil
			}))
		case 3:
			steps = append(steps, es.Move(category, event, "into one", func(es.Past) (es.StreamID, error) { return "pool-all", nil }))
		case 4:
			steps = append(steps, es.Recategorize(category, "pool"))
		}
	}
	return es.NewRewrite("random", "", steps...)
}
