package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// trickle is a feed that takes its time, so that rows are saved on the way. It gives two commits at once.
type trickle struct{ *memory }

func (f trickle) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	time.Sleep(1200 * time.Millisecond)
	return f.memory.Read(ctx, after, min(limit, 2))
}

// saving are views that note how often rows are saved together, how many, and how many of them were stale.
type saving struct {
	*memory
	mu                 sync.Mutex
	calls, rows, stale int
}

func (s *saving) SaveAll(ctx context.Context, view string, changes []engine.RowChange) ([]string, error) {
	stale, err := s.memory.SaveAll(ctx, view, changes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.rows, s.stale = s.calls+1, s.rows+len(changes), s.stale+len(stale)
	return stale, err
}

// behind are checkpoints that make sure that what they stand behind is saved.
type behind struct {
	*memory
	t *testing.T
}

func (b behind) Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	b.mu.Lock()
	for _, c := range b.order[:now] {
		if row := b.rows[consumer+" "+c.Stream.ID()]; row.Version < c.Last() {
			b.t.Errorf("the checkpoint moves to %d, and the row of %s is at version %d", now, c.Stream, row.Version)
		}
	}
	b.mu.Unlock()
	return b.memory.Advance(ctx, consumer, stream, was, now)
}

// woven appends to some streams in turn, and brings the view up to date.
func woven(t testing.TB, view *es.ViewDecl) (*memory, *engine.Consumer) {
	t.Helper()
	m := newMemory()
	for n := range 4 {
		for i := range 5 {
			feed(t, m, fmt.Sprint("c", i), n, n+i)
		}
	}
	c := turning(m, view)
	deliverAll(t, m, c, view)
	return m, c
}

// TestRebuildGoesOnBehindWhatIsSaved breaks off at every write of a rebuild that saves on the way, and sees that the next one
// folds what came behind the checkpoint, and no more.
func TestRebuildGoesOnBehindWhatIsSaved(t *testing.T) {
	view := rebuilt["a row for each stream"]
	next := engine.GenerationName(view.Name, 2)
	crash := func(t *testing.T, step int) (finished bool, from uint64) {
		m, _ := woven(t, view)
		count := 0
		var mu sync.Mutex
		m.breaks = func() error {
			mu.Lock()
			defer mu.Unlock()
			if count++; count >= step {
				return errCrash
			}
			return nil
		}
		r := rebuild(m, view)
		r.Feed, r.Checkpoints = trickle{m}, behind{m, t}
		_, err := r.Run(t.Context(), true)
		m.breaks = nil
		if err == nil {
			return true, 0
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		want := uint64(2 * len(m.order))
		if m.standings[view.Name].Next == 2 {
			from = m.checkpoints[next+" "+string(engine.FeedStream)]
			want -= 2 * from
		}
		report, err := r.Run(t.Context(), false)
		if err != nil || report.Events != want {
			t.Fatalf("after a crash at step %d behind position %d: %+v, %v; want %d events", step, from, report, err, want)
		}
		sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
		return false, from
	}
	began := map[uint64]bool{}
	for step, finished := 1, false; !finished; step++ {
		synctest.Test(t, func(t *testing.T) {
			var from uint64
			finished, from = crash(t, step)
			began[from] = true
		})
	}
	if len(began) < 5 {
		t.Fatalf("it went on at the positions %v only", began)
	}
}

// TestRebuildBesideAProjector has a projector be late with the streams whose rows are being filled: it saves each at an earlier
// version than the rebuild has come to.
func TestRebuildBesideAProjector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := rebuilt["a row for each stream"]
		m := newMemory()
		for i := range 12 {
			for n := range 4 {
				feed(t, m, fmt.Sprint("c", i), n, n+i)
			}
		}
		c, r, views := turning(m, view), rebuild(m, view), &saving{memory: m}
		r.Feed, r.Checkpoints, r.Views = trickle{m}, behind{m, t}, views
		r.Progress = func(p engine.Rebuilding) {
			if p.Phase != engine.PhaseFill {
				return
			}
			stream := m.order[p.Position-1].Stream
			if err := c.Deliver(t.Context(), stream, m.streams[stream][:1], 1); err != nil {
				t.Error(err)
			}
		}
		if _, err := r.Run(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if views.stale == 0 || views.calls < 3 {
			t.Fatalf("of %d rows that were saved at %d times %d were stale", views.rows, views.calls, views.stale)
		}
		outlive(t, c, m, view)
		sameRows(t, rowsOf(m, view.Name+"@2"), replayed(t, m, view))
		sameRows(t, rowsOf(m, view.Name), replayed(t, m, view))
	})
}

// TestRebuildSavesRowsOnce fills rows that many commits are about, each of which is saved once. What counts is what rows hold,
// not what was folded into them: large events that come to small documents do not have them saved more often.
func TestRebuildSavesRowsOnce(t *testing.T) {
	view := rebuilt["a row for each stream"]
	m, c := woven(t, view)
	views := &saving{memory: m}
	r := rebuild(m, view)
	r.Views = views
	if _, err := r.Run(t.Context(), false); err != nil || views.rows != 5 {
		t.Fatalf("%d rows have been saved, %v; there are 5", views.rows, err)
	}
	large := []byte(`{"n":1,"text":"` + strings.Repeat("x", 1<<20) + `"}`)
	for range 70 {
		commits := m.streams["counter-c1"]
		d := es.Draft{Stream: "counter-c1", After: commits[len(commits)-1].Head(), Events: []es.Recorded{{Type: "Added", Data: large}}}
		if err := m.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	outlive(t, c, m, view)
	if report, err := r.Run(t.Context(), false); err != nil || report.Comparison.Different > 0 {
		t.Fatalf("70 MB of events: %+v, %v", report, err)
	}
	sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
}
