package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestSearchIsIndexedBeforeTheRowIsSaved(t *testing.T) {
	view := es.Project("tallies", es.Upon(counters, func(d tally, e added, _ es.Meta) tally { return tally{Sum: d.Sum + e.N} })).
		Searchable(func(d tally) string { return fmt.Sprint("sum ", d.Sum) })
	m := newMemory()
	commits := fill(t, m, "counter-c", 1, 2, 3)
	deliver := func(commits []es.Commit) error {
		p := &engine.Consumer{Name: "tallies", Store: m, Lot: m, Handler: &engine.Projector{View: view.ViewDecl, Views: m, Search: m}}
		return p.Deliver(t.Context(), "counter-c", commits, 1)
	}
	indexedAs := func(version uint64, text string) {
		t.Helper()
		if got := m.index["tallies c"]; got != (indexed{version, text}) {
			t.Fatalf("indexed %+v, want %q at %d", got, text, version)
		}
	}
	for step, rows := range []uint64{0, 0, 0, 2} { // crashes before the index, behind it, before the row, behind it
		count := 0
		m.breaks = func() error {
			if count++; count == step+1 {
				return errCrash
			}
			return nil
		}
		if err := deliver(commits[:2]); !errors.Is(err, errCrash) || m.rows["tallies c"].Version != rows {
			t.Fatalf("step %d: %v, with the row at %d", step, err, m.rows["tallies c"].Version)
		}
		if step > 0 {
			indexedAs(2, "sum 3")
		}
	}
	m.breaks = nil
	if err := deliver(commits); err != nil {
		t.Fatal(err)
	}
	indexedAs(3, "sum 6")
	if _, version := shown(t, m, "c"); version != 3 {
		t.Fatalf("the row is at %d", version)
	}
}

func TestReplay(t *testing.T) {
	m := newMemory()
	feed(t, m, "c", 1, 2)
	feed(t, m, "c", 3)
	appends := m.appends
	folds := []es.Folder{counters, es.Of("counter", es.On[turned]("Turned")).Partial()}
	var got []string
	for step, err := range engine.Replay(t.Context(), m, folds, "counter-c", 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s %s %s %s", step.Version, step.Type, step.Data, step.States[folds[0].StateName()], step.States[folds[1].StateName()]))
	}
	same(t, "the steps", got, []string{
		`1 Added {"n":1} {"Sum":1,"Adds":1} {"At":0}`, `2 Added {"n":2} {"Sum":3,"Adds":2} {"At":0}`, `3 Added {"n":3} {"Sum":6,"Adds":3} {"At":0}`,
	})
	for step, err := range engine.Replay(t.Context(), m, folds, "counter-c", 2) {
		if err != nil || step.Version != 3 || string(step.States[folds[0].StateName()]) != `{"Sum":6,"Adds":3}` {
			t.Fatalf("behind version 2 comes %+v, error %v", step, err)
		}
	}
	if m.appends != appends {
		t.Fatal("a replay has appended")
	}
	m.streams["counter-c"][1].Events[0].Type = "Unheard"
	steps, failed := 0, error(nil)
	for _, err := range engine.Replay(t.Context(), m, folds, "counter-c", 0) {
		steps, failed = steps+1, err
	}
	var fault *es.Fault
	if steps != 3 || !errors.As(failed, &fault) {
		t.Fatalf("%d steps, then %v", steps, failed)
	}
}
