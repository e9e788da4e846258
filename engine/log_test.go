package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// logbook is a log in memory, that gives at most a few commits at once, and counts those that it gives.
type logbook struct {
	commits []es.Positioned
	read    int
}

func (s *logbook) Read(context.Context, uint64, int) ([]es.Positioned, error) { return nil, nil }

func (s *logbook) End(context.Context) (uint64, error) { return uint64(len(s.commits)), nil }

func (s *logbook) Look(_ context.Context, l engine.Look) ([]es.Positioned, error) {
	var found []es.Positioned
	at, step := l.First, 1
	if l.Backward {
		at, step = l.Last, -1
	}
	for ; at >= l.First && at <= l.Last && len(found) < min(l.Limit, 70); at += uint64(step) {
		if at > uint64(len(s.commits)) {
			continue
		}
		c := s.commits[at-1]
		if (l.Stream == "" || c.Stream == l.Stream) && (l.Stream != "" || len(l.Categories) == 0 || slices.Contains(l.Categories, c.Stream.Category())) {
			found = append(found, c)
		}
	}
	s.read += len(found)
	return found, nil
}

// longLog has n commits: every 3rd is of cats, every 1000th is a rare event of the trace t7, each has some data.
func longLog(n int) *logbook {
	s := &logbook{}
	for i := range n {
		c := es.Positioned{Position: uint64(i + 1), Commit: es.Commit{
			Stream: es.StreamID(fmt.Sprintf("dog-%d", i%50)), Version: uint64(i/50 + 1), Origin: es.Origin{TraceID: fmt.Sprint("t", i)},
			Events: []es.Recorded{{Type: "Usual", Data: []byte(`"0123456789"`)}},
		}}
		if i%3 == 0 {
			c.Stream = es.StreamID(fmt.Sprintf("cat-%d", i%50))
		}
		if i%1000 == 7 {
			c.TraceID, c.Events = "t7", append(c.Events, es.Recorded{Type: "Rare", Data: []byte(`{}`)})
		}
		s.commits = append(s.commits, c)
	}
	return s
}

// TestReadLog goes through a log in both directions, page by page, and finds everything that is asked for once.
func TestReadLog(t *testing.T) {
	for _, q := range []engine.LogQuery{
		{Limit: 100},
		{Limit: 7, Categories: []string{"cat"}},
		{Limit: 3, Stream: "dog-4"},
		{Limit: 2, Stream: "dog-4", Categories: []string{"cat"}},
		{Limit: 5, Types: []string{"Rare"}},
		{Limit: 5, TraceID: "t7"},
		{Limit: 100, TraceID: "t7", Categories: []string{"dog"}, Types: []string{"Usual"}},
		{Limit: 1, Types: []string{"Nothing"}},
		{Limit: 100, Bytes: 3000},
		{Limit: 100, Bytes: 1},
		{Limit: 9, Categories: []string{"bird"}},
		{Limit: 50, Categories: []string{"dog", "cat"}},
		{Limit: 5, Categories: []string{"bird", "cat"}, Types: []string{"Nothing", "Rare"}},
	} {
		for _, n := range []int{0, 1, 2, 4321} {
			log := longLog(n)
			if q.Bytes == 0 {
				q.Bytes = 1 << 20
			}
			want := slices.DeleteFunc(slices.Clone(log.commits), func(c es.Positioned) bool { return !matches(q, c) })
			back, forward := both(t, log, q)
			slices.Reverse(back)
			if !slices.Equal(positions(back), positions(want)) || !slices.Equal(positions(forward), positions(want)) {
				t.Errorf("%+v of %d: back %d, forward %d, want %d", q, n, len(back), len(forward), len(want))
			}
		}
	}
}

func matches(q engine.LogQuery, c es.Positioned) bool {
	return (q.Stream == "" || q.Stream == c.Stream) && (len(q.Categories) == 0 || slices.Contains(q.Categories, c.Stream.Category())) &&
		(q.TraceID == "" || q.TraceID == c.TraceID) &&
		(len(q.Types) == 0 || slices.ContainsFunc(c.Events, func(e es.Recorded) bool { return slices.Contains(q.Types, e.Type) }))
}

func positions(commits []es.Positioned) (all []uint64) {
	for _, c := range commits {
		all = append(all, c.Position)
	}
	return all
}

// both reads a log from its end to its beginning, newest first, and from its beginning to its end.
func both(t *testing.T, log *logbook, q engine.LogQuery) (back, forward []es.Positioned) {
	t.Helper()
	end := uint64(len(log.commits))
	for before := (*uint64)(nil); before == nil || *before > 1; {
		q.Before = before
		page := readLog(t, log, q)
		if want := end; before != nil {
			want = *before - 1
			if page.To != want {
				t.Fatalf("before %d it examines up to %d", *before, page.To)
			}
		} else if page.To != want {
			t.Fatalf("it examines up to %d, not %d", page.To, want)
		}
		newest := slices.Clone(page.Commits)
		slices.Reverse(newest)
		back, before = append(back, newest...), &page.From
	}
	q.Before = nil
	for after := uint64(0); after < end; {
		q.After = &after
		page := readLog(t, log, q)
		if page.From != after+1 || page.To <= after {
			t.Fatalf("after %d it examines %d to %d", after, page.From, page.To)
		}
		forward, after = append(forward, page.Commits...), page.To
	}
	return back, forward
}

// readLog reads a page, which keeps to what is bounded.
func readLog(t *testing.T, log *logbook, q engine.LogQuery) engine.LogPage {
	t.Helper()
	log.read = 0
	page, err := engine.ReadLog(t.Context(), log, q)
	if err != nil {
		t.Fatal(err)
	}
	const batch = 200 // that may be read and not be used
	if len(page.Commits) > q.Limit || log.read > engine.LogReads+batch || page.To-page.From+1 > engine.LogSkips || page.End != uint64(len(log.commits)) {
		t.Fatalf("%+v reads %d commits, and gives %d of %d to %d, the end is %d", q, log.read, len(page.Commits), page.From, page.To, page.End)
	}
	for _, c := range page.Commits {
		if c.Position < page.From || c.Position > page.To {
			t.Fatalf("%+v gives %d, which is not between %d and %d", q, c.Position, page.From, page.To)
		}
	}
	return page
}

// TestReadLogPassesOverMuch has one commit of a category far back: it is found although more commits lie between than are read.
func TestReadLogPassesOverMuch(t *testing.T) {
	log := longLog(engine.LogSkips)
	log.commits[1].Stream = "bird-1"
	page := readLog(t, log, engine.LogQuery{Categories: []string{"bird"}, Limit: 5, Bytes: 1 << 20})
	if len(page.Commits) != 1 || page.From != 1 || log.read > 2 {
		t.Fatalf("found %d, from %d, having read %d", len(page.Commits), page.From, log.read)
	}
	far := uint64(1 << 60)
	if page := readLog(t, log, engine.LogQuery{After: &far, Limit: 5}); len(page.Commits) > 0 || page.To != page.End {
		t.Fatalf("behind the end it examines %d to %d", page.From, page.To)
	}
}
