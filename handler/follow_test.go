package handler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// wire is the way to a client: it keeps all that was sent.
type wire struct{ said []string }

func (w *wire) Push(_ context.Context, _ string, message []byte) error {
	w.said = append(w.said, string(message))
	return nil
}

// following is a WebSocket on a store, to which people are connected by their roles.
func following(t *testing.T) (db *sqlite.DB, ask func(who, body string) []string) {
	t.Helper()
	db, out := open(t), &wire{}
	h := &handler.WebSocket{
		Connections: db, Pusher: out, Store: db, Feed: db, World: engine.World{Now: func() time.Time { return noon }},
		Catalogue: es.Catalogue{
			"drawing": {Events: []string{"Drawn"}}, "wall": {Events: []string{"Painted", "Drawn"}},
			"safe": {Events: []string{"Hidden"}, Restricted: true, Private: true}, "saga": {Events: []string{"Acted"}, Restricted: true},
		},
	}
	for id, roles := range map[string][]string{"user": {es.RoleRead, es.RoleWrite}, "program": {es.RoleFollow}, "admin": {es.RoleAdmin}} {
		c := engine.Connection{ID: id, User: id, Roles: roles, Opened: noon, Expires: noon.Add(time.Hour)}
		if err := db.Connect(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	return db, func(who, body string) []string {
		t.Helper()
		out.said = nil
		request := events.APIGatewayWebsocketProxyRequest{Body: body}
		request.RequestContext.ConnectionID, request.RequestContext.EventType = who, "MESSAGE"
		if _, err := h.Handle(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		for _, text := range out.said {
			if len(text) > engine.MaxMessageBytes {
				t.Fatalf("a message has %d bytes", len(text))
			}
		}
		return out.said
	}
}

// record appends a commit of one event to a stream, by a command with a long id.
func record(t *testing.T, db *sqlite.DB, stream es.StreamID, after es.Head, event, data string, long int) es.Head {
	t.Helper()
	d := es.Draft{
		Stream: stream, After: after, Events: []es.Recorded{{Type: event, Data: []byte(data)}},
		Origin: es.Origin{CommandID: fmt.Sprint(stream, after.Version()) + strings.Repeat("-", long), TraceID: "t", Invoker: "ann", Time: noon},
	}
	if err := db.Append(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return d.Commit().Head()
}

// pageOf puts a page together from its messages.
func pageOf(t *testing.T, said []string) (p handler.FeedPage) {
	t.Helper()
	text := ""
	for i, message := range said {
		var part handler.FeedPart
		if err := es.Decode([]byte(message), &part); err != nil {
			t.Fatal(err)
		}
		if part.Type != "FeedPart" {
			text = message
			break
		}
		if part.Part != i+1 || part.Parts != len(said) {
			t.Fatalf("part %d of %d comes as number %d of %d", part.Part, part.Parts, i+1, len(said))
		}
		text += part.Text
	}
	if err := es.Decode([]byte(text), &p); err != nil || p.Type != "Feed" {
		t.Fatalf("told %.200s, %v", text, err)
	}
	return p
}

func TestFollow(t *testing.T) {
	db, ask := following(t)
	for _, c := range []struct{ stream, event string }{
		{"drawing-1", "Drawn"}, {"safe-1", "Hidden"}, {"wall-1", "Painted"}, {"saga-x", "Acted"}, {"wall-2", "Drawn"}, {"drawing-2", "Drawn"},
	} {
		record(t, db, es.StreamID(c.stream), es.Head{}, c.event, `{"a":1}`, 0)
	}
	for _, c := range []struct{ name, who, body, want string }{ // positions, and what was examined
		{"what needs no admin", "program", `{"action":"follow","after":0}`, "[1 3 5 6] 1-6"},
		{"all", "admin", `{"action":"follow","after":0}`, "[1 2 3 4 5 6] 1-6"},
		{"from somewhere", "program", `{"action":"follow","after":3}`, "[5 6] 4-6"},
		{"a category", "program", `{"action":"follow","after":0,"categories":["wall"]}`, "[3 5] 1-6"},
		{"two of them", "admin", `{"action":"follow","after":0,"categories":["wall","safe"]}`, "[2 3 5] 1-6"},
		{"an event", "program", `{"action":"follow","after":0,"events":["Drawn"]}`, "[1 5 6] 1-6"},
		{"two of them in a category", "program", `{"action":"follow","after":0,"categories":["wall"],"events":["Drawn","Painted"]}`, "[3 5] 1-6"},
		{"an event that only admins see", "admin", `{"action":"follow","after":0,"events":["Hidden"]}`, "[2] 1-6"},
		{"at the end", "program", `{"action":"follow","after":6}`, "[] 7-6"},
		{"at the end of what is wanted", "program", `{"action":"follow","after":3,"events":["Painted"]}`, "[] 4-6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pageOf(t, ask(c.who, c.body))
			positions := []uint64{}
			for _, item := range p.Items {
				positions = append(positions, item.Position)
				if private := item.AggregateID.Category() == "safe"; private != (item.Events[0].Data == nil) {
					t.Errorf("told %+v", item)
				}
			}
			if got := fmt.Sprintf("%d %d-%d", positions, p.From, p.To); got != c.want || p.End != 6 {
				t.Errorf("told %s of %d, want %s", got, p.End, c.want)
			}
		})
	}
	for _, c := range []struct{ name, who, body, code, field string }{
		{"who may not", "user", `{"action":"follow","after":0}`, "Forbidden", ""},
		{"what is for admins", "program", `{"action":"follow","after":0,"categories":["wall","safe"]}`, "Forbidden", ""},
		{"what only admins see", "program", `{"action":"follow","after":0,"events":["Acted"]}`, "Forbidden", ""},
		{"no such category", "admin", `{"action":"follow","after":0,"categories":["cat"]}`, "InvalidInput", "categories"},
		{"no such event", "admin", `{"action":"follow","after":0,"events":["Purred"]}`, "InvalidInput", "events"},
		{"an event of another category", "program", `{"action":"follow","after":0,"categories":["drawing"],"events":["Painted"]}`, "InvalidInput", "events"},
		{"behind the end", "program", `{"action":"follow","after":7}`, "BehindTheEnd", ""},
		{"before the beginning", "program", `{"action":"follow","after":-1}`, "InvalidInput", "after"},
		{"a stream", "program", `{"action":"follow","after":0,"aggregateId":"wall-1"}`, "InvalidInput", "action"},
		{"a filter for a stream", "user", `{"action":"subscribe","aggregateId":"wall-1","events":["Drawn"]}`, "InvalidInput", "action"},
		{"to wait for a stream", "user", `{"action":"subscribe","aggregateId":"wall-1","wait":true}`, "InvalidInput", "action"},
	} {
		t.Run(c.name, func(t *testing.T) {
			said := ask(c.who, c.body)
			var n handler.Notice
			if err := es.Decode([]byte(said[0]), &n); err != nil || n.Payload == nil || n.Payload.Code != c.code || n.Payload.Field != c.field {
				t.Errorf("answered %s", said)
			}
			if followers, err := db.OfTopic(t.Context(), engine.FeedTopic); len(followers) > 0 || err != nil {
				t.Errorf("it is told of what comes: %v, %v", followers, err)
			}
		})
	}
}

// TestPagesFit goes through a feed of commits of all sizes, and finds each whole, in messages that fit.
func TestPagesFit(t *testing.T) {
	db, ask := following(t)
	head := es.Head{}
	var sizes []int
	for i := range 40 {
		size := []int{1, 9_000, 50_000, 230_000}[i%4]
		text := strings.Repeat(`é\"`, size/4)
		head = record(t, db, "wall-1", head, "Painted", `{"a":"`+text+`"}`, 0)
		sizes = append(sizes, len(text))
	}
	for i := range 500 {
		record(t, db, es.StreamID(fmt.Sprintf("drawing-%d", i)), es.Head{}, "Drawn", `{"a":""}`, 4*i)
		sizes = append(sizes, 0)
	}
	var got []int
	messages, after := 0, uint64(0)
	for int(after) < len(sizes) {
		said := ask("program", fmt.Sprintf(`{"action":"follow","after":%d}`, after))
		p := pageOf(t, said)
		if p.From != after+1 || p.To <= after || p.To != p.Items[len(p.Items)-1].Position {
			t.Fatalf("after %d comes %d to %d", after, p.From, p.To)
		}
		for _, item := range p.Items {
			got = append(got, len(item.Events[0].Data)-len(`{"a":""}`))
		}
		after, messages = p.To, messages+len(said)
	}
	if !slices.Equal(got, sizes) {
		t.Errorf("got commits of %v, want %v", got, sizes)
	}
	if messages > 80 {
		t.Errorf("they came in %d messages", messages)
	}
}

// archived is a log of which some positions are in the archive.
type archived struct {
	engine.Log
	positions []uint64
}

func (a archived) Look(ctx context.Context, l engine.Look) ([]es.Positioned, error) {
	found, err := a.Log.Look(ctx, l)
	for i, c := range found {
		if slices.Contains(a.positions, c.Position) {
			found[i].Events = nil
		}
	}
	return found, err
}

// What is in the archive is not passed over, whatever is asked for of it, unless it is of no category that is asked for.
func TestTheArchiveIsNotPassedOver(t *testing.T) {
	db, out := open(t), &wire{}
	h := &handler.WebSocket{
		Connections: db, Pusher: out, Feed: archived{db, []uint64{2}}, World: engine.World{Now: func() time.Time { return noon }},
		Catalogue: es.Catalogue{"drawing": {Events: []string{"Drawn"}}, "wall": {Events: []string{"Painted"}}},
	}
	if err := db.Connect(t.Context(), engine.Connection{ID: "c", User: "u", Roles: []string{es.RoleFollow}, Opened: noon, Expires: noon.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []es.StreamID{"drawing-1", "wall-1", "drawing-2"} {
		record(t, db, stream, es.Head{}, "Drawn", `{}`, 0)
	}
	for body, want := range map[string]string{
		`{"action":"follow"}`: `"code":"InTheArchive"`, `{"action":"follow","after":2}`: `"position":3`,
		`{"action":"follow","events":["Drawn"]}`: `"code":"InTheArchive"`, `{"action":"follow","categories":["drawing"]}`: `"to":3`,
	} {
		request := events.APIGatewayWebsocketProxyRequest{Body: body}
		request.RequestContext.ConnectionID, request.RequestContext.EventType = "c", "MESSAGE"
		if _, err := h.Handle(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		if got := out.said[len(out.said)-1]; !strings.Contains(got, want) {
			t.Errorf("%s is answered %s, want %s", body, got, want)
		}
	}
}

func TestFollowersAreTold(t *testing.T) {
	db, ask := following(t)
	waits := func(who string) bool {
		t.Helper()
		followers, err := db.OfTopic(t.Context(), engine.FeedTopic)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(followers, func(c engine.Connection) bool { return c.ID == who })
	}
	pageOf(t, ask("program", `{"action":"follow","after":0}`))
	if waits("program") {
		t.Error("who does not ask is told")
	}
	for range 2 {
		pageOf(t, ask("program", `{"action":"follow","after":0,"wait":true}`))
		if !waits("program") || waits("admin") {
			t.Error("who asks is not told")
		}
	}
	if said := ask("program", `{"action":"unfollow"}`); len(said) != 1 || said[0] != `{"type":"Unfollowed"}` || waits("program") {
		t.Errorf("answered %s", said)
	}
}
