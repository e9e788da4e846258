package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// logged waits until a filter of the feed gives so many commits, going on from page to page.
func logged(t *testing.T, admin *client.Client, filter string, n int) (items []handler.LoggedCommit) {
	t.Helper()
	eventually(t, fmt.Sprintf("the feed has %d commits with %s", n, filter), func() bool {
		items = backward(t, admin, filter, 100)
		return len(items) >= n
	})
	return items
}

// backward reads the newest commits that a filter gives, back to the beginning or until there are enough.
func backward(t *testing.T, admin *client.Client, filter string, limit int) (items []handler.LoggedCommit) {
	t.Helper()
	before := ""
	for len(items) < limit {
		page := get[handler.EventsAnswer](t, admin, fmt.Sprintf("/admin/events?limit=%d&%s%s", limit, filter, before))
		items = append(slices.Clone(page.Items), items...)
		if page.From <= 1 {
			break
		}
		before = fmt.Sprintf("&before=%d", page.From)
	}
	return items
}

func kinds(items []handler.LoggedCommit) (all []string) {
	for _, c := range items {
		for _, e := range c.Events {
			all = append(all, e.Type)
		}
	}
	return all
}

func TestTheEventLog(t *testing.T) {
	admin, _ := newAdmin(t)
	ada, adaID := newPlayer(t, "Ada")
	match := newMatch(t, ada, adaID)
	stream := "match-" + match
	items := logged(t, admin, "stream="+stream, 2)
	if got := strings.Join(kinds(items), " "); got != "MatchCreated MatchJoined" {
		t.Fatalf("the stream's events are %s", got)
	}
	made, joined := items[0], items[1]
	if made.Position >= joined.Position || made.AggregateID != joined.AggregateID || made.Version != 1 || joined.Events[0].Version != 2 {
		t.Fatalf("the commits are %+v", items)
	}
	if made.Invoker != adaID || made.TraceID == "" || made.CommandID == "" || !strings.HasPrefix(made.CausationID, "user-"+adaID+"@") ||
		made.Time.IsZero() || !strings.Contains(string(made.Events[0].Data), `"small"`) {
		t.Fatalf("the first commit is %+v", made)
	}

	t.Run("filters", func(t *testing.T) {
		for filter, want := range map[string]string{
			"stream=" + stream + "&type=MatchJoined":                          "MatchJoined",
			"stream=" + stream + "&category=user":                             "",
			"stream=" + stream + "&trace=" + made.TraceID:                     "MatchCreated MatchJoined",
			"trace=" + made.TraceID + "&category=match":                       "MatchCreated MatchJoined",
			"trace=" + made.TraceID + "&type=MatchRequested":                  "MatchRequested",
			"category=user&stream=user-" + adaID + "&type=UserCreated":        "UserCreated",
			"stream=match-none":                                               "",
			"type=Nothing&trace=" + made.TraceID:                              "",
			"category=mat&trace=" + made.TraceID:                              "",
			"type=MatchCreated&stream=" + stream + "&trace=" + engine.NewID(): "",
		} {
			if got := strings.Join(kinds(backward(t, admin, filter, 100)), " "); got != want {
				t.Errorf("%s gives %q, want %q", filter, got, want)
			}
		}
	})
	t.Run("pages both ways", func(t *testing.T) {
		newest := get[handler.EventsAnswer](t, admin, "/admin/events?limit=3")
		if len(newest.Items) != 3 || newest.To != newest.End || newest.From != newest.Items[0].Position {
			t.Fatalf("the newest are %+v", newest)
		}
		older := get[handler.EventsAnswer](t, admin, fmt.Sprintf("/admin/events?limit=2&before=%d", newest.From))
		if older.To != newest.From-1 || older.From != older.To-1 || older.Items[1].Position != older.To {
			t.Fatalf("before %d come %+v", newest.From, older)
		}
		again := get[handler.EventsAnswer](t, admin, fmt.Sprintf("/admin/events?limit=4&after=%d", older.From-1))
		var positions []uint64
		for _, c := range again.Items {
			positions = append(positions, c.Position)
		}
		if want := []uint64{older.From, older.From + 1, older.From + 2, older.From + 3}; !slices.Equal(positions, want) || again.To != want[3] {
			t.Fatalf("after %d come %v up to %d", older.From-1, positions, again.To)
		}
		if first := get[handler.EventsAnswer](t, admin, "/admin/events?before=1"); len(first.Items) > 0 || first.From != 1 || first.To != 0 {
			t.Fatalf("before the first come %+v", first)
		}
		if far := get[handler.EventsAnswer](t, admin, "/admin/events?after=1000000000000"); len(far.Items) > 0 || far.To != far.End {
			t.Fatalf("after the last come %+v", far)
		}
	})
	t.Run("waits for what comes", func(t *testing.T) {
		end := get[handler.EventsAnswer](t, admin, "/admin/events?limit=1").End
		came := make(chan handler.EventsAnswer, 1)
		go func() {
			var page handler.EventsAnswer
			for after := end; len(page.Items) == 0 && t.Context().Err() == nil; after = page.To {
				if err := admin.Get(t.Context(), fmt.Sprintf("/admin/events?wait=true&after=%d&stream=%s", after, stream), &page); err != nil {
					t.Error(err)
					break
				}
			}
			came <- page
		}()
		command(t, ada, "POST", "/matches/"+match+"/cancellation", nil, nil)
		if page := <-came; strings.Join(kinds(page.Items), " ") != "MatchCancelled" {
			t.Fatalf("there came %+v", page)
		}
	})
}

func TestWaitingForTheLogEnds(t *testing.T) {
	admin, _ := newAdmin(t)
	eventually(t, "nothing happens any more", func() bool {
		begun, end := time.Now(), get[handler.EventsAnswer](t, admin, "/admin/events").End
		page := get[handler.EventsAnswer](t, admin, fmt.Sprintf("/admin/events?wait=true&after=%d", end))
		return len(page.Items) == 0 && page.To == end && time.Since(begun) >= handler.MaxWait
	})
}
