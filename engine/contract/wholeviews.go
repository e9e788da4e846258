package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
)

// WholeViews tests an [engine.WholeViews] beyond [Views].
func WholeViews(t *testing.T, open func(t *testing.T) engine.WholeViews) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, views engine.WholeViews, view string)
	}{
		{"all rows come, each once and as it is", wholeRows},
		{"generations are kept apart", wholeApart},
		{"an erased view has neither rows nor places", wholeErase},
		{"the standing of a view stays when its rows are erased", wholeStanding},
		{"rows that are saved together are each as if saved alone", wholeSave},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t), "contract-"+uuid.NewString()) })
	}
}

// whole is how many rows take more than a page of any adapter, or a call.
const whole = 1203

func fillView(t *testing.T, views engine.WholeViews, view string, n int) map[string]engine.Row {
	t.Helper()
	all := map[string]engine.Row{}
	for i := range n {
		id := fmt.Sprint(i)
		all[id] = row(t, uint64(i+1), id, view, id, "x")
	}
	all["a/b #é%23"] = engine.Row{Version: 7}
	for id, r := range all {
		try(t, "save a row", patiently(func() error { return views.Save(t.Context(), view, id, engine.Row{}, r) }))
	}
	return all
}

func rowsOf(t *testing.T, views engine.WholeViews, view string) map[string]engine.Row {
	t.Helper()
	all := map[string]engine.Row{}
	for r, err := range views.Rows(t.Context(), view) {
		try(t, "read all rows", err)
		if _, twice := all[r.ID]; twice {
			t.Fatalf("row %q comes twice", r.ID)
		}
		all[r.ID] = r.Row
	}
	return all
}

func wholeRows(t *testing.T, views engine.WholeViews, view string) {
	same(t, "the rows of no view", rowsOf(t, views, view), nil)
	all := fillView(t, views, view, whole)
	same(t, "the rows", rowsOf(t, views, view), all)
	seen := 0
	for _, err := range views.Rows(t.Context(), view) {
		try(t, "read some rows", err)
		if seen++; seen == 3 {
			break
		}
	}
	same(t, "how many were seen", seen, 3)
}

func wholeApart(t *testing.T, views engine.WholeViews, view string) {
	first := fillView(t, views, view, 3)
	for _, other := range []string{engine.GenerationName(view, 2), engine.GenerationName(view, 22), view + "-other"} {
		rows := fillView(t, views, other, 5)
		same(t, "the other rows", rowsOf(t, views, other), rows)
		same(t, "the rows", rowsOf(t, views, view), first)
	}
	try(t, "erase a generation", views.EraseRows(t.Context(), engine.GenerationName(view, 2)))
	same(t, "the rows that were erased", rowsOf(t, views, engine.GenerationName(view, 2)), nil)
	same(t, "the rows of the first generation", rowsOf(t, views, view), first)
	try(t, "erase the first generation", views.EraseRows(t.Context(), view))
	same(t, "the rows of the generation before", rowsOf(t, views, view), nil)
	for _, other := range []string{engine.GenerationName(view, 22), view + "-other"} {
		if n := len(rowsOf(t, views, other)); n != 6 {
			t.Fatalf("of %s %d rows are left", strings.TrimPrefix(other, view), n)
		}
	}
}

func wholeErase(t *testing.T, views engine.WholeViews, view string) {
	fillView(t, views, view, whole)
	for range 2 {
		try(t, "erase the rows", views.EraseRows(t.Context(), view))
		same(t, "the rows", rowsOf(t, views, view), nil)
		same(t, "a list", list(t, views, view, "by-place", view, 10), nil)
		same(t, "a row", readRow(t, views, view, "1"), engine.Row{})
	}
	again := row(t, 1, "again", view, "y")
	try(t, "save a row again", views.Save(t.Context(), view, "1", engine.Row{}, again))
	same(t, "the list", list(t, views, view, "by-place", view, 10), []string{"1 again 1"})
}

func wholeStanding(t *testing.T, views engine.WholeViews, view string) {
	g, ok := views.(engine.Generations)
	if !ok {
		t.Fatal("the rows to test come without the generations beside them")
	}
	fillView(t, views, view, 3)
	try(t, "set the standing", g.SetStanding(t.Context(), view, engine.FirstStanding(), engine.Standing{Live: 2, Last: 2}))
	try(t, "erase the rows", views.EraseRows(t.Context(), view))
	same(t, "the standing", readStanding(t, g, view), engine.Standing{Live: 2, Last: 2, Changes: 1})
	same(t, "the rows", rowsOf(t, views, view), nil)
}

func wholeSave(t *testing.T, views engine.WholeViews, view string) {
	saveAll := func(changes []engine.RowChange) []string {
		var stale []string
		try(t, "save rows", patiently(func() (err error) {
			stale, err = views.SaveAll(t.Context(), view, changes)
			return err
		}))
		slices.Sort(stale)
		return stale
	}
	same(t, "what is stale of none", saveAll(nil), nil)
	var first, second []engine.RowChange
	want, places := map[string]engine.Row{}, []string(nil)
	for i := range 100 {
		id := fmt.Sprintf("%03d", i)
		was, now := row(t, 1, "first", view, "a"), row(t, 3, "second", view, "b")
		first = append(first, engine.RowChange{ID: id, Now: was})
		second = append(second, engine.RowChange{ID: id, Was: was, Now: now})
		want[id], places = now, append(places, id+" second 3")
	}
	same(t, "what is stale of the rows that are not there", saveAll(first), nil)
	second[7].Was.Version, want["007"], places[7] = 2, first[7].Now, ""
	second = append(second, engine.RowChange{ID: "new", Was: engine.Row{Version: 1}, Now: row(t, 2, "new", view, "c")})
	second[9].Was, want["009"], places[9] = engine.Row{}, first[9].Now, ""
	same(t, "what is stale", saveAll(second), []string{"007", "009", "new"})
	same(t, "the rows", rowsOf(t, views, view), want)
	places = slices.DeleteFunc(places, func(place string) bool { return place == "" })
	same(t, "the list", list(t, views, view, "by-place", view, 40), append([]string{"007 first 1", "009 first 1"}, places...))
}

// WholeSearch tests an [engine.WholeSearch] beyond [Search].
func WholeSearch(t *testing.T, open func(t *testing.T) engine.WholeSearch) {
	t.Run("an erased view has no documents, and forgets their versions", func(t *testing.T) {
		search := open(t)
		l := newLibrary(search)
		view := "contract-" + uuid.NewString()
		next := engine.GenerationName(view, 2)
		for range 2 { // of a view that has none at first
			try(t, "erase the texts", search.EraseTexts(t.Context(), next))
			for i := range 3 {
				l.indexIn(t, next, fmt.Sprint(i), 7, "heron")
			}
			l.indexIn(t, view, "a", 7, "heron")
			l.findsIn(t, next, "heron", "0", "1", "2")
		}
		try(t, "erase the texts", search.EraseTexts(t.Context(), next))
		l.findsIn(t, next, "heron")
		l.indexIn(t, next, "0", 1, "heron")
		l.findsIn(t, next, "heron", "0")
		l.findsIn(t, view, "heron", "a")
	})
}
