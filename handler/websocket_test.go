package handler_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// line is one to a client: it keeps what was sent last.
type line struct{ last []byte }

func (l *line) Push(_ context.Context, _ string, message []byte) error {
	l.last = message
	return nil
}

func TestSubscribeByName(t *testing.T) {
	db := open(t)
	out := &line{}
	h := &handler.WebSocket{
		Connections: db, Pusher: out, Store: db, World: engine.World{Now: func() time.Time { return noon }},
		Catalogue: es.Catalogue{"drawing": {Events: []string{"Drawn"}}, "safe": {Events: []string{"Hidden"}, Restricted: true}},
	}
	for id, roles := range map[string][]string{
		"user": {es.RoleRead}, "admin": {es.RoleRead, es.RoleAdmin}, "mute": {es.RoleWrite},
	} {
		c := engine.Connection{ID: id, User: id, Roles: roles, Opened: noon, Expires: noon.Add(time.Hour)}
		if err := db.Connect(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	say := func(connection, body string) (n handler.Notice) {
		t.Helper()
		request := events.APIGatewayWebsocketProxyRequest{Body: body}
		request.RequestContext.ConnectionID, request.RequestContext.EventType = connection, "MESSAGE"
		if _, err := h.Handle(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		if err := es.Decode(out.last, &n); err != nil {
			t.Fatalf("%s: %v", out.last, err)
		}
		return n
	}
	hear := func(event string) string {
		t.Helper()
		all := []string{}
		connections, err := db.OfTopic(t.Context(), engine.EventTopic(event))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range connections {
			all = append(all, c.ID)
		}
		slices.Sort(all)
		return fmt.Sprint(all)
	}
	for _, c := range []struct {
		name, connection, body string
		want, code, field      string
		drawn, hidden          string // who hears of these then
	}{
		{"by name", "user", `{"action":"subscribe","event":"Drawn"}`, "Subscribed", "", "", "[user]", "[]"},
		{"twice", "user", `{"action":"subscribe","event":"Drawn"}`, "Subscribed", "", "", "[user]", "[]"},
		{"no such event", "user", `{"action":"subscribe","event":"Erased"}`, "Problem", "InvalidInput", "event", "[user]", "[]"},
		{"for admins only", "user", `{"action":"subscribe","event":"Hidden"}`, "Problem", "Forbidden", "", "[user]", "[]"},
		{"an admin", "admin", `{"action":"subscribe","event":"Hidden"}`, "Subscribed", "", "", "[user]", "[admin]"},
		{"who may not read", "mute", `{"action":"subscribe","event":"Drawn"}`, "Problem", "Forbidden", "", "[user]", "[admin]"},
		{"both", "admin", `{"action":"subscribe","event":"Drawn","aggregateId":"drawing-1"}`, "Problem", "InvalidInput", "event", "[user]", "[admin]"},
		{"neither", "admin", `{"action":"subscribe"}`, "Problem", "InvalidInput", "aggregateId", "[user]", "[admin]"},
		{"a stream of the name", "admin", `{"action":"subscribe","aggregateId":"event:Drawn"}`, "Problem", "InvalidInput", "aggregateId", "[user]", "[admin]"},
		{"another's end", "admin", `{"action":"unsubscribe","event":"Drawn"}`, "Unsubscribed", "", "", "[user]", "[admin]"},
		{"the end", "user", `{"action":"unsubscribe","event":"Drawn"}`, "Unsubscribed", "", "", "[]", "[admin]"},
		{"the end of both", "user", `{"action":"unsubscribe","event":"Drawn","aggregateId":"drawing-1"}`, "Problem", "InvalidInput", "event", "[]", "[admin]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := say(c.connection, c.body)
			if n.Type != c.want || (c.want == "Problem") != (n.Payload != nil) {
				t.Fatalf("answered %s", out.last)
			}
			if n.Payload != nil && (n.Payload.Code != c.code || n.Payload.Field != c.field) {
				t.Errorf("refused with %+v", n.Payload)
			}
			if got := hear("Drawn"); got != c.drawn {
				t.Errorf("of Drawn hear %s, want %s", got, c.drawn)
			}
			if got := hear("Hidden"); got != c.hidden {
				t.Errorf("of Hidden hear %s, want %s", got, c.hidden)
			}
		})
	}
	t.Run("its name comes back", func(t *testing.T) {
		if n := say("user", `{"action":"subscribe","event":"Drawn"}`); n.Event != "Drawn" || n.AggregateID != "" || n.Version != 0 {
			t.Errorf("answered %s", out.last)
		}
	})
}
