package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// bound is for tests what TurnBound is for processes.
const bound = 20 * time.Millisecond

func rebuild(m *memory, view *es.ViewDecl) *engine.Rebuild {
	r := &engine.Rebuild{
		View: view, Events: m, Feed: m, Views: m, Checkpoints: m, Lot: m, Generations: m,
		Program: "this one", Patience: 50 * time.Millisecond, Bound: bound,
	}
	if view.IsSearchable() {
		r.Search = m
	}
	return r
}

func turns(m *memory) *engine.Turns { return &engine.Turns{Generations: m, Bound: bound} }

// turning is a projector that goes by the standing.
func turning(m *memory, view *es.ViewDecl) *engine.Consumer {
	p := &engine.Projector{View: view, Views: m, Turns: turns(m), Store: m}
	if view.IsSearchable() {
		p.Search = m
	}
	return &engine.Consumer{Name: view.Name, Store: m, Lot: m, Handler: p}
}

// rowsOf are the rows that a store has under a name.
func rowsOf(m *memory, name string) map[string]engine.Row {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := map[string]engine.Row{}
	for key, row := range m.rows {
		if id, ok := strings.CutPrefix(key, name+" "); ok {
			rows[id] = row
		}
	}
	return rows
}

// liveRows are the rows of a view's live generation.
func liveRows(t testing.TB, m *memory, view string) map[string]engine.Row {
	t.Helper()
	s, err := m.Standing(context.Background(), view)
	if err != nil {
		t.Fatal(err)
	}
	return rowsOf(m, engine.GenerationName(view, s.Live))
}

// replayed are the rows as they should be: of a store with the same events, whose view has never been rebuilt.
func replayed(t testing.TB, m *memory, view *es.ViewDecl) map[string]engine.Row {
	t.Helper()
	plain := newMemory()
	plain.streams, plain.order = m.streams, m.order
	if view.Global {
		g := engine.NewGlobal(&engine.Projector{View: view, Views: plain}, plain, plain, plain, engine.World{})
		if err := wake(t, g, plain); err != nil {
			t.Fatal(err)
		}
	} else {
		c := &engine.Consumer{Name: view.Name, Store: plain, Lot: plain, Handler: &engine.Projector{View: view, Views: plain}}
		for stream, commits := range m.streams {
			if err := c.Deliver(context.Background(), stream, commits, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	return rowsOf(plain, view.Name)
}

func sameRows(t testing.TB, got, want map[string]engine.Row) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the rows are not as expected (-want +got):\n%s", diff)
	}
}

// populated appends to some streams, and brings the view up to date.
func populated(t testing.TB, view *es.ViewDecl) (*memory, *engine.Consumer) {
	t.Helper()
	m := newMemory()
	for i := range 5 {
		for n := range 3 {
			feed(t, m, fmt.Sprint("c", i), n, n+i)
		}
	}
	c := turning(m, view)
	if view.Global {
		c = engine.NewGlobal(c.Handler.(*engine.Projector), m, m, m, engine.World{}).Consumer
	}
	deliverAll(t, m, c, view)
	return m, c
}

func deliverAll(t testing.TB, m *memory, c *engine.Consumer, view *es.ViewDecl) {
	t.Helper()
	if view.Global {
		if err := wake(t, engine.Global{Consumer: c}, m); err != nil {
			t.Fatal(err)
		}
		return
	}
	for stream, commits := range m.streams {
		if err := c.Deliver(context.Background(), stream, commits[len(commits)-1:], 1); err != nil {
			t.Fatal(err)
		}
	}
}

var rebuilt = map[string]*es.ViewDecl{
	"a row for each stream": es.Project("sums", es.Upon(counters, func(d tally, e added, _ es.Meta) tally { return tally{Sum: d.Sum + e.N} })).
		IndexedBy("sum", func(d tally) []es.Key { return []es.Key{{Partition: "all", Sort: fmt.Sprint(d.Sum)}} }).
		Searchable(func(d tally) string { return fmt.Sprint("sum ", d.Sum) }).ViewDecl,
	"rows of many streams": chronicles.ViewDecl,
}

func TestRebuild(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			m, c := populated(t, view)
			want := replayed(t, m, view)
			sameRows(t, liveRows(t, m, view.Name), want)

			report, err := rebuild(m, view).Run(t.Context(), true)
			if err != nil || report.Comparison.Different != 0 || report.Comparison.Rows == 0 || report.Events != 30 || report.Generation != 2 {
				t.Fatalf("%+v, %v", report, err)
			}
			sameRows(t, rowsOf(m, view.Name+"@2"), want)
			standing(t, m, view, engine.Standing{Live: 2, Kept: 1, Last: 2})

			// Live events go to both.
			feed(t, m, "c1", 5)
			outlive(t, c, m, view)
			want = replayed(t, m, view)
			sameRows(t, rowsOf(m, view.Name+"@2"), want)
			sameRows(t, rowsOf(m, view.Name), want)

			if _, err := rebuild(m, view).Back(t.Context()); err != nil {
				t.Fatal(err)
			}
			standing(t, m, view, engine.Standing{Live: 1, Kept: 2, Last: 2})
			if err := rebuild(m, view).Drop(t.Context()); err != nil {
				t.Fatal(err)
			}
			standing(t, m, view, engine.Standing{Live: 1, Last: 2})
			onlyLive(t, m, view)
			if _, err := rebuild(m, view).Back(t.Context()); !errors.Is(err, engine.ErrNothingKept) {
				t.Fatal(err)
			}
			if report, err = rebuild(m, view).Run(t.Context(), false); err != nil || report.Generation != 3 {
				t.Fatalf("%+v, %v", report, err)
			}
			standing(t, m, view, engine.Standing{Live: 3, Last: 3})
			onlyLive(t, m, view)
			sameRows(t, liveRows(t, m, view.Name), want)
		})
	}
}

// outlive delivers what there is when the consumer's standing has become too old.
func outlive(t testing.TB, c *engine.Consumer, m *memory, view *es.ViewDecl) {
	t.Helper()
	<-time.After(bound)
	deliverAll(t, m, c, view)
}

func standing(t testing.TB, m *memory, view *es.ViewDecl, want engine.Standing) {
	t.Helper()
	got, err := m.Standing(context.Background(), view.Name)
	got.Changes = 0
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Fatalf("the standing (-want +got), %v:\n%s", err, diff)
	}
}

// onlyLive makes sure that no generation but the live one has left anything behind.
func onlyLive(t testing.TB, m *memory, view *es.ViewDecl) {
	t.Helper()
	s, err := m.Standing(context.Background(), view.Name)
	if err != nil {
		t.Fatal(err)
	}
	live := engine.GenerationName(view.Name, s.Live)
	for _, key := range append(slices.Collect(maps.Keys(m.rows)), slices.Collect(maps.Keys(m.index))...) {
		if name, _, _ := strings.Cut(key, " "); name != live {
			t.Fatalf("there is %q, and live is %s", key, live)
		}
	}
}

func TestTrial(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			m, _ := populated(t, view)
			want := replayed(t, m, view)
			report, err := rebuild(m, view).Trial(t.Context())
			if err != nil || report.Comparison.Different != 0 || report.Comparison.Rows != uint64(len(want)) {
				t.Fatalf("%+v, %v", report, err)
			}
			standing(t, m, view, engine.Standing{Live: 1, Last: 2})
			onlyLive(t, m, view)

			// What is wrong with the rows is found, and mended by a rebuild.
			ids := slices.Sorted(maps.Keys(want))
			damage := func(id string, change func(*engine.Row)) {
				row := m.rows[view.Name+" "+id]
				change(&row)
				m.rows[view.Name+" "+id] = row
			}
			damage(ids[0], func(r *engine.Row) { r.Doc = []byte(`{"sum":99,"seen":null}`) })
			damage(ids[1], func(r *engine.Row) { r.Keys = []es.Key{{Index: "x"}} })
			damage("of nobody", func(r *engine.Row) { r.Version = 3 })
			found := []string{ids[0] + ": the documents differ", ids[1] + ": the places in indexes differ", "of nobody: only the live generation has the row"}
			if len(ids) > 2 {
				delete(m.rows, view.Name+" "+ids[2])
				damage(ids[3], func(r *engine.Row) { r.Version-- })
				damage(ids[4], func(r *engine.Row) { r.Version++ })
				found = append(found, ids[2]+": the live generation lacks the row", ids[3]+": the live generation is behind", ids[4]+": the live generation is ahead")
			}
			differs(t, rebuild(m, view).Trial, found...)
			onlyLive(t, m, view)
			run := rebuild(m, view).Run
			differs(t, func(ctx context.Context) (*engine.Rebuilt, error) { return run(ctx, false) }, found...)
			sameRows(t, liveRows(t, m, view.Name), want)
			differs(t, rebuild(m, view).Trial)
		})
	}
}

func differs(t testing.TB, run func(context.Context) (*engine.Rebuilt, error), want ...string) {
	t.Helper()
	report, err := run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range report.Comparison.Examples {
		got = append(got, d.Row+": "+d.What)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || report.Comparison.Different != uint64(len(want)) {
		t.Fatalf("%d differences (-want +got):\n%s", report.Comparison.Different, diff)
	}
}
