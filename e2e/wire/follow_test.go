package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// TestAProgramFollows goes with the feed by what Lambdas are sent: from 0 to the end, and on whenever it is told to. Each
// telling comes when what it tells of can be read.
func TestAProgramFollows(t *testing.T) {
	s := start(t, "arcade")
	program := engine.Connection{ID: "p1", User: "program", Roles: []string{es.RoleAdmin}, Opened: s.clock.Now(), Expires: s.clock.Now().Add(time.Hour)}
	if err := s.sockets.Connect(t.Context(), program); err != nil {
		t.Fatal(err)
	}
	messages := &heard{}
	socket := &handler.WebSocket{
		Connections: s.sockets, Pusher: messages, Store: s.events(s.database(nil)), Feed: s.feed, Catalogue: domain.App.Catalogue(), World: s.world(),
	}
	after := uint64(0)
	var streams []string
	ask := func(wait bool) (page handler.FeedPage) {
		t.Helper()
		request := events.APIGatewayWebsocketProxyRequest{Body: fmt.Sprintf(`{"action":"follow","after":%d,"wait":%v}`, after, wait)}
		request.RequestContext.ConnectionID, request.RequestContext.EventType = "p1", "MESSAGE"
		if _, err := socket.Handle(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		said := strings.Split(messages.by("p1"), "\n")
		if err := es.Decode([]byte(said[len(said)-1]), &page); err != nil || page.Type != "Feed" || page.From != after+1 {
			t.Fatalf("after %d it is told %s, %v", after, said[len(said)-1], err)
		}
		for _, item := range page.Items {
			streams = append(streams, string(item.AggregateID))
		}
		after = page.To
		return page
	}
	ask(true)
	for n := range 3 {
		s.must(named("ann"), player.DoReceivePayment.Route, "/players/ann/payments", `{"amount":"1.50"}`, nil)
		s.lives("ann", n+1)
		s.eventually(fmt.Sprintf("it is told of payment %d", n), func() bool {
			for told := s.told("p1"); told > after; told = s.told("p1") {
				if page := ask(false); page.End < told {
					t.Fatalf("it is told of %d when there is %d", told, page.End)
				}
			}
			end, err := s.feed.End(t.Context())
			return err == nil && after == end
		})
	}
	all, err := s.feed.Read(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range all {
		want = append(want, string(c.Stream))
	}
	if !slices.Equal(streams, want) || len(want) < 3 {
		t.Errorf("it saw %s, want %s", streams, want)
	}
}

// told is the end of the feed that a connection has last been told of.
func (s *system) told(connection string) uint64 {
	s.t.Helper()
	var last engine.Advanced
	for message := range strings.Lines(s.heard.by(connection)) {
		var told engine.Advanced
		if err := es.Decode([]byte(message), &told); err != nil {
			s.t.Fatal(err)
		}
		if told.Type == "Advanced" {
			last = told
		}
	}
	return last.End
}
