package contract

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func listOrder(t *testing.T, views engine.Views) {
	partition := uuid.NewString()
	sorts := []string{"b", "a", "B", "", "a b", "a#b", "é", "z", "0", es.Descending("2031-03-04"), es.Descending("2031-03-05"), "日本", "~", "🂡"}
	for i, sort := range sorts {
		saveRow(t, views, uuid.NewString(), engine.Row{}, row(t, 1, fmt.Sprint(i), partition, sort))
	}
	var want []string
	for _, sort := range slices.Sorted(slices.Values(sorts)) {
		want = append(want, fmt.Sprint(slices.Index(sorts, sort)))
	}
	var got []string
	for _, listed := range list(t, views, viewName, "by-place", partition, 100) {
		got = append(got, listed[37:len(listed)-2])
	}
	same(t, "the order by bytes of the sort", got, want)
}

func listPages(t *testing.T, views engine.Views) {
	partition := uuid.NewString()
	const n = 20
	ids := map[string]bool{}
	for i := range n {
		id := uuid.NewString()
		ids[id] = true
		// Many share a sort, so that a page ends between equals.
		saveRow(t, views, id, engine.Row{}, row(t, 1, "", partition, fmt.Sprint(i/7)))
	}
	all := list(t, views, viewName, "by-place", partition, 100)
	if len(all) != n {
		t.Fatalf("the list has %d rows, want %d", len(all), n)
	}
	for _, listed := range all {
		delete(ids, listed[:36])
	}
	if len(ids) > 0 {
		t.Fatalf("the list lacks %d rows", len(ids))
	}
	for _, limit := range []int{1, 3, 7, n} {
		same(t, fmt.Sprintf("the list in pages of %d", limit), list(t, views, viewName, "by-place", partition, limit), all)
	}
}

func listApart(t *testing.T, views engine.Views) {
	own := uuid.NewString()
	places := []es.Key{
		{Index: "by-place", Partition: own, Sort: "x"},
		{Index: "by-name", Partition: own, Sort: "x"},
		{Index: "by-place", Partition: own + "#x", Sort: ""},
		{Index: "by-place", Partition: own + " ", Sort: "x"},
		{Index: "by-place", Partition: own + "é", Sort: "x"},
		{Index: "by-place", Partition: own + "e\u0301", Sort: "x"},
		{Index: "by-place", Partition: own + "É", Sort: "x"},
	}
	for i, key := range places {
		saveRow(t, views, fmt.Sprint(own, i), engine.Row{}, engine.Row{Version: 1, Doc: event(t, "").Data, Keys: []es.Key{key}})
	}
	for i, key := range places {
		want := []string{fmt.Sprintf("%s%d  1", own, i)}
		same(t, fmt.Sprintf("partition %q of %s", key.Partition, key.Index), list(t, views, viewName, key.Index, key.Partition, 10), want)
	}
}

func listMoves(t *testing.T, views engine.Views) {
	id, here, there := uuid.NewString(), uuid.NewString(), uuid.NewString()
	places := func(partition string, limit int) []string {
		return list(t, views, viewName, "by-place", partition, limit)
	}
	first := row(t, 1, "first", here, "a", "b")
	saveRow(t, views, id, engine.Row{}, first)
	same(t, "the list", places(here, 10), []string{id + " first 1", id + " first 1"})
	second := row(t, 2, "second", here, "b", "c")
	second.Keys = append(second.Keys, es.Key{Index: "by-place", Partition: there, Sort: "b"})
	saveRow(t, views, id, first, second)
	same(t, "the list in pages of one", places(here, 1), []string{id + " second 2", id + " second 2"})
	same(t, "the list there", places(there, 10), []string{id + " second 2"})
	third := row(t, 3, "third", there, "b")
	saveRow(t, views, id, second, third)
	same(t, "the list", places(here, 10), nil)
	same(t, "the list there", places(there, 10), []string{id + " third 3"})
	saveRow(t, views, id, third, row(t, 4, "fourth", there))
	same(t, "the list there", places(there, 10), nil)
}

func listFresh(t *testing.T, views engine.Views) {
	id, partition := uuid.NewString(), uuid.NewString()
	var was engine.Row
	for version := range uint64(15) {
		now := row(t, version+1, "", partition, fmt.Sprint(version%2))
		saveRow(t, views, id, was, now)
		same(t, "the list right after a save", list(t, views, viewName, "by-place", partition, 10), []string{fmt.Sprintf("%s  %d", id, version+1)})
		was = now
	}
}
