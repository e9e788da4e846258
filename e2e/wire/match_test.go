package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

type matchView struct {
	Status  string `json:"status"`
	Next    string `json:"nextPlayer"`
	Winner  string `json:"winner"`
	Players []struct {
		ID    string `json:"id"`
		Score int    `json:"score"`
	} `json:"players"`
}

// player signs up, connects, and chooses a name.
func (s *system) player(name string) es.Identity {
	s.t.Helper()
	who := fmt.Sprintf(`{"email":"%s@example.com","password":"correct horse"}`, name)
	var issued token.Token
	if status := s.invoke(es.Identity{}, "POST /register", "/register", who, nil); status != 201 {
		s.t.Fatalf("register: %d", status)
	}
	if status := s.invoke(es.Identity{}, "POST /login", "/login", who, &issued); status != 200 {
		s.t.Fatalf("login: %d", status)
	}
	caller, expires := s.caller(issued.Token)
	err := s.sockets.Connect(s.t.Context(), engine.Connection{
		ID: "socket-" + caller.User, User: caller.User, Roles: caller.Roles, Expires: expires, Opened: s.clock.Now(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if status := s.invoke(caller, "POST /users", "/users", fmt.Sprintf(`{"name":%q}`, name), nil); status != 201 {
		s.t.Fatalf("create user: %d", status)
	}
	return caller
}

// caller is whom a token speaks for, and until when.
func (s *system) caller(raw string) (es.Identity, time.Time) {
	s.t.Helper()
	verified, err := s.authority.Verify(s.t.Context(), raw)
	if err != nil {
		s.t.Fatal(err)
	}
	return es.Identity{User: verified.Claims["sub"], Roles: strings.Fields(verified.Claims[token.Scope])}, verified.Expires
}

func (s *system) eventually(what string, holds func() bool) {
	s.t.Helper()
	eventually(s.t, what, holds)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (s *system) match(caller es.Identity, id string, version uint64) (m matchView) {
	s.t.Helper()
	path := fmt.Sprintf("/matches/%s?min-version=%d", id, version)
	s.eventually("the view shows "+path, func() bool {
		return s.invoke(caller, "GET /matches/{matchId}", path, "", &m) == 200
	})
	return m
}

// TestAWholeMatch plays from registration to the winner through DynamoDB, its stream, the feed, SNS and SQS.
func TestAWholeMatch(t *testing.T) {
	s := start(t, "identity", "dots-and-boxes")
	ada, bob := s.player("ada"), s.player("bob")
	var asked struct {
		handler.Accepted
		MatchID string `json:"matchId"`
	}
	s.invoke(ada, "POST /users/{userId}/match-requests", "/users/"+ada.User+"/match-requests", `{"size":"small"}`, &asked)
	id := asked.MatchID
	s.match(ada, id, 2)
	if status := s.invoke(bob, "POST /matches/{matchId}/join-requests", "/matches/"+id+"/join-requests", "", nil); status != 200 {
		t.Fatalf("join: %d", status)
	}
	m := s.match(bob, id, 5)

	s.calls.take()
	var version uint64
	for i := range 24 {
		a, b, direction := i/2/3, i/2%3, "right"
		x, y := b, a
		if i%2 == 1 {
			x, y, direction = a, b, "down"
		}
		caller := map[string]es.Identity{ada.User: ada, bob.User: bob}[m.Next]
		var accepted handler.Accepted
		turn := fmt.Sprintf(`{"from":{"x":%d,"y":%d},"direction":%q}`, x, y, direction)
		if status := s.invoke(caller, "POST /matches/{matchId}/turns", "/matches/"+id+"/turns", turn, &accepted); status != 200 {
			t.Fatalf("turn %d: %d", i, status)
		}
		// The Lambda remembers the match from the join request, but the saga's Lambda has appended since: the first turn meets
		// its commit, and is decided again. From then on a warm command is one write and no read.
		if calls := s.calls.take(); i > 0 && calls != "[PutItem:1]" {
			t.Errorf("turn %d took %s", i, calls)
		}
		version = accepted.Version
		m = s.match(caller, id, version)
	}
	if m.Status != "finished" || m.Winner == "" || m.Players[0].Score+m.Players[1].Score != 9 {
		t.Fatalf("at the end: %+v", m)
	}
	s.heardAll(ada, bob, asked.TraceID)
	s.fedAll(7) // two accounts, two addresses, two users, a match
}

// heardAll asserts what came to the players' connections and into the trace.
func (s *system) heardAll(ada, bob es.Identity, traceID string) {
	s.t.Helper()
	s.eventually("ada has heard of her request", func() bool {
		return strings.Contains(s.heard.by("socket-"+ada.User), `"type":"MatchJoined","traceId":"`+traceID)
	})
	if strings.Contains(s.heard.by("socket-"+bob.User), traceID) {
		s.t.Error("bob has heard of ada's request")
	}
	var found handler.TraceAnswer
	s.eventually("the trace is complete", func() bool {
		return s.invoke(ada, handler.GetTrace.Route, "/traces/"+traceID, "", &found) == 200 && len(found.Outcomes) == 3
	})
	if status := s.invoke(bob, handler.GetTrace.Route, "/traces/"+traceID, "", nil); status != 404 {
		s.t.Errorf("bob reads ada's trace: %d", status)
	}
}

// fedAll asserts that the feed has every commit once, without a gap, in each stream's order.
func (s *system) fedAll(streamsAtLeast int) {
	s.t.Helper()
	streams := map[es.StreamID]uint64{}
	position := uint64(0)
	for {
		commits, err := s.feed.Read(s.t.Context(), position, 100)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(commits) == 0 {
			break
		}
		for _, c := range commits {
			if c.Position != position+1 || c.Version != streams[c.Stream]+1 {
				s.t.Fatalf("behind position %d comes %d; behind %s@%d comes %d", position, c.Position, c.Stream, streams[c.Stream], c.Version)
			}
			position, streams[c.Stream] = c.Position, c.Last()
		}
	}
	if len(streams) < streamsAtLeast {
		s.t.Errorf("the feed has streams %v", streams)
	}
}

// TestColdAndWarm counts the calls that a command makes.
func TestColdAndWarm(t *testing.T) {
	s := start(t, "identity", "dots-and-boxes")
	ada := s.player("ada")
	rename := func() string {
		s.calls.take()
		name := fmt.Sprintf(`{"name":%q}`, engine.NewID())
		if status := s.invoke(ada, "PUT /users/{userId}/name", "/users/"+ada.User+"/name", name, nil); status != 200 {
			t.Fatalf("rename: %d", status)
		}
		return s.calls.take()
	}
	s.commands.Memory = nil
	if got := rename(); got != "[PutItem:1 Query:1]" {
		t.Errorf("a cold command took %s", got)
	}
	var err error
	if s.commands.Memory, err = engine.NewMemory(1); err != nil {
		t.Fatal(err)
	}
	rename()
	if got := rename(); got != "[PutItem:1]" {
		t.Errorf("a warm command took %s", got)
	}
}
