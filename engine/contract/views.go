package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// The views that the suite writes to, each with indexes by-place and by-name.
const (
	viewName      = "contract"
	otherViewName = "contract-other"
)

// Views tests an [engine.Views]. It uses the views contract and contract-other, each with the indexes by-place and by-name.
func Views(t *testing.T, open func(t *testing.T) engine.Views) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Views)
	}{
		{"an unknown row is zero", unknownRow},
		{"a row comes back", rowRoundTrip},
		{"a row may have no document yet", rowWithoutDoc},
		{"a stale save changes nothing", staleSave},
		{"of many saves exactly one wins", racingSaves},
		{"views keep their rows apart", viewsApart},
		{"a list is in order of sort", listOrder},
		{"a list is read in pages without loss or repetition", listPages},
		{"partitions and indexes are kept apart", listApart},
		{"a document moves in its indexes", listMoves},
		{"a list shows what the last save stored", listFresh},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// row makes a row with a place in the index by-place for each sort.
func row(tb tester, version uint64, text, partition string, sorts ...string) engine.Row {
	tb.Helper()
	r := engine.Row{Version: version, Doc: event(tb, text).Data}
	for _, sort := range sorts {
		r.Keys = append(r.Keys, es.Key{Index: "by-place", Partition: partition, Sort: sort})
	}
	return r
}

func saveRow(tb tester, views engine.Views, id string, was, now engine.Row) {
	tb.Helper()
	try(tb, "save a row", views.Save(tb.Context(), viewName, id, was, now))
}

func readRow(tb tester, views engine.Views, view, id string) engine.Row {
	tb.Helper()
	r, err := views.Row(tb.Context(), view, id)
	try(tb, "read a row", err)
	slices.SortFunc(r.Keys, compareKeys)
	return r
}

func compareKeys(a, b es.Key) int {
	for _, c := range [][2]string{{a.Index, b.Index}, {a.Partition, b.Partition}, {a.Sort, b.Sort}} {
		switch {
		case c[0] < c[1]:
			return -1
		case c[0] > c[1]:
			return 1
		}
	}
	return 0
}

// list reads all of a partition of the index by-place, in pages of limit, as "id text".
func list(tb tester, views engine.Views, view, index, partition string, limit int) []string {
	tb.Helper()
	var all []string
	page := engine.Page{Index: index, Partition: partition, Limit: limit}
	for range 1000 {
		rows, err := views.List(tb.Context(), view, page)
		try(tb, "list", err)
		if len(rows) > limit {
			tb.Fatalf("a page has %d rows, the limit was %d", len(rows), limit)
		}
		for _, r := range rows {
			var doc struct {
				Text string `json:"text"`
			}
			try(tb, "decode a listed document", es.Decode(r.Doc, &doc))
			all = append(all, fmt.Sprintf("%s %s %d", r.ID, doc.Text, r.Version))
			if r.Cursor == "" {
				tb.Fatalf("a listed row has no cursor")
			}
			page.After = r.Cursor
		}
		if len(rows) < limit {
			return all
		}
	}
	tb.Fatalf("the list never ends")
	return nil
}

func unknownRow(t *testing.T, views engine.Views) {
	same(t, "the row", readRow(t, views, viewName, uuid.NewString()), engine.Row{})
	same(t, "the list", list(t, views, viewName, "by-place", uuid.NewString(), 10), nil)
}

func rowRoundTrip(t *testing.T, views engine.Views) {
	own := uuid.NewString()
	for i, id := range []string{own, own + "#", own + "/a b", own + "é🂡", own + "%23"} {
		want := row(t, uint64(3+i), unicode, own, "", "a", unicode)
		want.Keys = append(want.Keys, es.Key{Index: "by-name", Partition: own, Sort: "n"})
		slices.SortFunc(want.Keys, compareKeys)
		saveRow(t, views, id, engine.Row{}, want)
		same(t, "the row", readRow(t, views, viewName, id), want)
	}
}

func rowWithoutDoc(t *testing.T, views engine.Views) {
	id := uuid.NewString()
	saveRow(t, views, id, engine.Row{}, engine.Row{Version: 2})
	same(t, "the row", readRow(t, views, viewName, id), engine.Row{Version: 2})
	now := row(t, 4, "now", id, "a")
	saveRow(t, views, id, engine.Row{Version: 2}, now)
	same(t, "the row", readRow(t, views, viewName, id), now)
}

func staleSave(t *testing.T, views engine.Views) {
	id, partition := uuid.NewString(), uuid.NewString()
	stands := row(t, 5, "stands", partition, "a")
	late := row(t, 6, "late", partition, "b")
	fails(t, "save over a row that is not there", views.Save(t.Context(), viewName, id, row(t, 4, "", partition), late), engine.ErrStale)
	same(t, "the row", readRow(t, views, viewName, id), engine.Row{})
	saveRow(t, views, id, engine.Row{}, stands)
	for _, was := range []engine.Row{{}, row(t, 4, "was", partition, "a"), row(t, 7, "was", partition, "a")} {
		fails(t, "save over another row", views.Save(t.Context(), viewName, id, was, late), engine.ErrStale)
	}
	same(t, "the row", readRow(t, views, viewName, id), stands)
	same(t, "the list", list(t, views, viewName, "by-place", partition, 10), []string{id + " stands 5"})
}

func racingSaves(t *testing.T, views engine.Views) {
	id, partition := uuid.NewString(), uuid.NewString()
	var was engine.Row
	for round := range 5 {
		var nows [8]engine.Row
		for i := range nows {
			nows[i] = row(t, uint64(round+1), fmt.Sprint(i), partition, fmt.Sprint(i))
		}
		won := -1
		for i, err := range together(t.Context(), len(nows), func(ctx context.Context, i int) error {
			return views.Save(ctx, viewName, id, was, nows[i])
		}) {
			switch {
			case err == nil && won >= 0:
				t.Fatalf("both save %d and save %d have won", won, i)
			case err == nil:
				won = i
			case !errors.Is(err, engine.ErrStale):
				t.Fatalf("save: %v", err)
			}
		}
		if won < 0 {
			t.Fatal("no save has won")
		}
		was = nows[won]
		same(t, "the row", readRow(t, views, viewName, id), was)
		same(t, "the list", list(t, views, viewName, "by-place", partition, 10), []string{fmt.Sprintf("%s %d %d", id, won, round+1)})
	}
}

func viewsApart(t *testing.T, views engine.Views) {
	id := uuid.NewString()
	saveRow(t, views, id, engine.Row{}, row(t, 1, "one", id, "a"))
	same(t, "the other view's row", readRow(t, views, otherViewName, id), engine.Row{})
	same(t, "the other view's list", list(t, views, otherViewName, "by-place", id, 10), nil)
	try(t, "save to the other view", views.Save(t.Context(), otherViewName, id, engine.Row{}, row(t, 2, "two", id, "a")))
	same(t, "the view's row", readRow(t, views, viewName, id), row(t, 1, "one", id, "a"))
	same(t, "the other view's list", list(t, views, otherViewName, "by-place", id, 10), []string{id + " two 2"})
}
