package e2e

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

func TestTheKeyBrowser(t *testing.T) {
	admin, _ := newAdmin(t)
	ada, adaID := newPlayer(t, "Ada")
	var all []string
	for range 3 {
		all = append(all, "match-"+newMatch(t, ada, adaID))
	}
	slices.Sort(all)
	list := func(query string) handler.StreamsAnswer {
		t.Helper()
		return get[handler.StreamsAnswer](t, admin, "/admin/streams?"+query)
	}
	ids := func(page handler.StreamsAnswer) (ids []string) {
		for _, s := range page.Items {
			ids = append(ids, string(s.Stream))
		}
		return ids
	}
	for _, id := range all {
		eventually(t, id+" is listed", func() bool { return slices.Equal(ids(list("prefix="+id)), []string{id}) })
	}
	if begun := list("prefix=" + all[0]).Items[0]; time.Since(begun.Since) > server.patience || time.Until(begun.Since) > time.Minute {
		t.Errorf("it began at %v", begun.Since)
	}
	for query, wanted := range map[string]func(ids []string) bool{
		"prefix=match-&limit=100&start=" + all[0]:         func(ids []string) bool { return ids[0] == all[0] && slices.IsSorted(ids) },
		"limit=1&start=" + all[1]:                         func(ids []string) bool { return slices.Equal(ids, all[1:2]) },
		"limit=1&reverse=true&start=" + all[1]:            func(ids []string) bool { return slices.Equal(ids, all[1:2]) },
		"prefix=user-" + adaID + "&start=match-":          func(ids []string) bool { return slices.Equal(ids, []string{"user-" + adaID}) },
		"prefix=user-" + adaID + "&start=v":               func(ids []string) bool { return len(ids) == 0 },
		"prefix=user-" + adaID + "&reverse=true":          func(ids []string) bool { return slices.Equal(ids, []string{"user-" + adaID}) },
		"prefix=user-" + adaID + "&reverse=true&start=tz": func(ids []string) bool { return len(ids) == 0 },
		"prefix=mat":   func(ids []string) bool { return strings.HasPrefix(ids[0], "match-") },
		"prefix=none-": func(ids []string) bool { return len(ids) == 0 },
	} {
		if got := ids(list(query)); !wanted(got) {
			t.Errorf("%s gives %v", query, got)
		}
	}
	for _, direction := range []string{"", "&reverse=true"} {
		var seen []string
		for start, page := "", 0; page < 500; page++ {
			found := list("prefix=match-&limit=7" + direction + start)
			seen = append(seen, ids(found)...)
			if start = "&start=" + string(found.Next); found.Next == "" {
				break
			}
		}
		if direction != "" {
			slices.Reverse(seen)
		}
		if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Errorf("%q: page by page there are %v", direction, seen)
		}
		for _, id := range all {
			if !slices.Contains(seen, id) {
				t.Errorf("%q: %s is missing", direction, id)
			}
		}
	}
}

func TestAStreamStepByStep(t *testing.T) {
	admin, _ := newAdmin(t)
	ada, adaID := newPlayer(t, "Ada")
	stream := "/admin/streams/match-" + newMatch(t, ada, adaID)
	first := get[handler.StreamAnswer](t, admin, stream+"?limit=1")
	if len(first.Items) != 1 || first.Next != 1 || first.Items[0].Type != "MatchCreated" || first.Error != "" {
		t.Fatalf("the first page is %+v", first)
	}
	second := get[handler.StreamAnswer](t, admin, fmt.Sprintf("%s?limit=1&after=%d", stream, first.Next))
	if len(second.Items) != 1 || second.Next != 0 || second.Items[0].Version != 2 || !strings.Contains(string(second.Items[0].Data), adaID) {
		t.Fatalf("the second page is %+v", second)
	}
	joined := func(page handler.StreamAnswer) bool {
		return strings.Contains(string(page.Items[0].States["match.Match"]), `"Players":[{"id":"`+adaID)
	}
	if whole := get[handler.StreamAnswer](t, admin, stream); len(whole.Items) != 2 || !joined(second) || string(whole.Items[1].States["match.Match"]) != string(second.Items[0].States["match.Match"]) {
		t.Fatalf("the whole is %+v, the second page %+v", whole, second)
	}
	if behind := get[handler.StreamAnswer](t, admin, stream+"?after=2"); len(behind.Items) > 0 {
		t.Fatalf("behind the end comes %+v", behind)
	}
	for _, id := range []string{"match-none", "cat-1"} {
		_, err := admin.Do(t.Context(), "GET", "/admin/streams/"+id, nil)
		refused(t, err, 404, "NotFound")
	}
}

// An admin wants to see most of all what no fold can take.
func TestAStreamThatCannotBeFolded(t *testing.T) {
	ownServer(t)
	admin, _ := newAdmin(t)
	ada, adaID := newPlayer(t, "Ada")
	match := newMatch(t, ada, adaID)
	poison(t, server.data, es.StreamID("match-"+match))
	found := get[handler.StreamAnswer](t, admin, "/admin/streams/match-"+match)
	if len(found.Items) != 2 || !strings.Contains(found.Error, "event 3 of match-"+match) {
		t.Fatalf("found %+v", found)
	}
	items := logged(t, admin, "stream=match-"+match, 3)
	if string(items[2].Events[0].Data) != "[]" {
		t.Fatalf("the feed has %+v", items)
	}
}

func TestTimersAreListed(t *testing.T) {
	admin, _ := newAdmin(t)
	id, players := started(t)
	m := get[matchView](t, slices.Collect(maps.Values(players))[0], "/matches/"+id)
	var found handler.Timer
	eventually(t, "the turn's deadline is listed, or counted", func() bool {
		for cursor := ""; ; {
			page := get[handler.TimersAnswer](t, admin, "/admin/timers?limit=100"+cursor)
			i := slices.IndexFunc(page.Items, func(timer handler.Timer) bool { return string(timer.AggregateID) == "match-"+id })
			if i >= 0 {
				found = page.Items[i]
				return true
			}
			if cursor = "&cursor=" + page.Next; page.Next == "" {
				return false
			}
		}
	})
	if found.Command == "" || found.ID == "" || found.TraceID == "" || found.Saga != "match-deadlines" || !strings.HasPrefix(found.CausationID, "match-"+id+"@") ||
		time.Until(found.At) < time.Minute || m.Status != "playing" {
		t.Fatalf("the timer is %+v", found)
	}
	_, err := admin.Do(t.Context(), "GET", "/admin/timers?cursor=nonsense!", nil)
	refused(t, err, 400, "InvalidInput")
}

// traced are the outcomes of a trace; none as long as it is not known.
func traced(t *testing.T, c *client.Client, id string) []engine.Outcome {
	t.Helper()
	var found handler.TraceAnswer
	err := c.Get(t.Context(), "/traces/"+id, &found)
	if problem := (*client.Error)(nil); err != nil && (!errors.As(err, &problem) || problem.Status != http.StatusNotFound) {
		t.Fatal(err)
	}
	return found.Outcomes
}

// TestATraceIsATree draws the tree of a request by what its outcomes say of themselves.
func TestATraceIsATree(t *testing.T) {
	admin, _ := newAdmin(t)
	ada, adaID := newPlayer(t, "Ada")
	accepted := command(t, ada, "POST", "/users/"+adaID+"/match-requests", map[string]string{"size": "small"}, nil)
	var outcomes []engine.Outcome
	eventually(t, "the trace has all three outcomes", func() bool {
		outcomes = traced(t, admin, accepted.TraceID)
		return len(outcomes) >= 3
	})
	known, commands := map[string]bool{}, map[string]bool{}
	for _, o := range outcomes {
		known[fmt.Sprintf("%s@%d", o.AggregateID, o.Version)] = true
		commands[o.CommandID] = true
	}
	roots := 0
	for _, o := range outcomes {
		if o.CausationID == "" {
			roots++
		} else if !known[o.CausationID] {
			t.Errorf("%s@%d was caused by %s, which is not in the trace", o.AggregateID, o.Version, o.CausationID)
		}
	}
	if roots != 1 || commands[""] || len(commands) < 3 {
		t.Errorf("there are %d roots and the commands %v in %+v", roots, commands, outcomes)
	}

	_, err := ada.Command(t.Context(), "POST", "/users", map[string]string{"name": "Ada"}, nil)
	refusal := refused(t, err, 409, "UserAlreadyExists")
	eventually(t, "the refusal is noted", func() bool {
		found := traced(t, admin, refusal.TraceID)
		return len(found) == 1 && found[0].CommandID != "" && found[0].CausationID == ""
	})
}

// TestPrivateDataStaysInside looks for what is private in all that admins can read.
func TestPrivateDataStaysInside(t *testing.T) {
	admin, adminID := newAdmin(t)
	email, _ := addresses.Load(adminID)
	desk, primary := front(), newEmail()
	asked := desk.requested(t, primary, "SG", "org")
	code := desk.codes(t, primary, 1)[0]
	var streams []string
	for _, category := range []string{"identity", "otp", "unique"} {
		items := logged(t, admin, "category="+category, 1)
		for _, c := range items {
			for _, e := range c.Events {
				if e.Data != nil || e.Type == "" {
					t.Errorf("%s@%d shows %s", c.AggregateID, e.Version, e.Data)
				}
			}
		}
		streams = append(streams, string(items[len(items)-1].AggregateID))
	}
	secrets := []string{email.(string), primary, "argon2", "passwordHash", "otpHash", asked.Key, `"` + code + `"`}
	paths := []string{"/admin/events?limit=100", "/admin/streams?limit=100", "/admin/timers?limit=100"}
	for _, stream := range append(streams, "identity-"+adminID) {
		path := "/admin/streams/" + stream
		for _, step := range get[handler.StreamAnswer](t, admin, path).Items {
			if step.Data != nil || len(step.States) > 0 || step.Type == "" {
				t.Errorf("%s shows %+v", stream, step)
			}
		}
		paths = append(paths, path, "/admin/events?limit=100&stream="+stream)
		for _, c := range backward(t, admin, "stream="+stream, 100) {
			paths = append(paths, "/traces/"+c.TraceID)
		}
	}
	for _, path := range paths {
		answer, err := admin.Do(t.Context(), "GET", path, nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, secret := range secrets {
			if strings.Contains(string(answer.Body), secret) {
				t.Errorf("%s shows %s: %s", path, secret, answer.Body)
			}
		}
	}
}

func TestOnlyAdminsLookIn(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	for _, path := range []string{"/admin/events", "/admin/streams", "/admin/streams/user-" + adaID, "/admin/timers"} {
		_, err := ada.Do(t.Context(), "GET", path, nil)
		forbidden(t, err)
		if status, _ := raw(t, nil, "GET", path, "", nil); status != http.StatusUnauthorized {
			t.Errorf("GET %s without a token gives %d", path, status)
		}
	}
}

func TestAdminsBadInput(t *testing.T) {
	admin, _ := newAdmin(t)
	for _, path := range []string{
		"/admin/events?after=x", "/admin/events?after=-1", "/admin/events?before=1.5", "/admin/events?limit=0", "/admin/events?limit=101",
		"/admin/events?after=1&before=9", "/admin/events?wait=true", "/admin/events?wait=perhaps&after=1", "/admin/events?nope=1",
		"/admin/streams?limit=x", "/admin/streams?reverse=2", "/admin/streams?prefix=" + strings.Repeat("a", 2000), "/admin/streams?start=" + strings.Repeat("a", 2000),
		"/admin/streams/match-1?after=x", "/admin/streams/match-1?limit=1000", "/admin/streams/-?limit=1", "/admin/timers?limit=-1", "/admin/timers?cursor=AAAA",
	} {
		if status, p := raw(t, admin, "GET", path, "", nil); status != http.StatusBadRequest || p.Code != "InvalidInput" {
			t.Errorf("GET %.60s gives %d %s", path, status, p.Code)
		}
	}
}
