package e2e

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

type dot struct {
	X int `json:"x"`
	Y int `json:"y"`
}

type line struct {
	From      dot    `json:"from"`
	Direction string `json:"direction"`
}

type matchView struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	CreatedBy string `json:"createdBy"`
	Next      string `json:"nextPlayer"`
	Winner    string `json:"winner"`
	Players   []struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Score int    `json:"score"`
	} `json:"players"`
	Turns []struct {
		Line line `json:"line"`
	} `json:"turns"`
}

func (m matchView) scores() map[string]int {
	scores := map[string]int{}
	for _, p := range m.Players {
		scores[p.ID] = p.Score
	}
	return scores
}

type page struct {
	Items []matchView `json:"items"`
	Next  string      `json:"next"`
}

// newMatch is a small match that ada has asked for, with nobody else in it.
func newMatch(t *testing.T, ada *client.Client, adaID string) string {
	t.Helper()
	var asked struct {
		MatchID string `json:"matchId"`
	}
	command(t, ada, "POST", "/users/"+adaID+"/match-requests", map[string]string{"size": "small"}, &asked)
	get[matchView](t, ada, "/matches/"+asked.MatchID+"?min-version=2")
	return asked.MatchID
}

// started is a small match of two.
func started(t *testing.T) (id string, players map[string]*client.Client) {
	t.Helper()
	ada, adaID := newPlayer(t, "Ada")
	bob, bobID := newPlayer(t, "Bob")
	id = newMatch(t, ada, adaID)
	command(t, bob, "POST", "/matches/"+id+"/join-requests", nil, nil)
	eventually(t, "the match starts", func() bool { return get[matchView](t, ada, "/matches/"+id).Status == "playing" })
	return id, map[string]*client.Client{adaID: ada, bobID: bob}
}

// lines are the 24 lines of a small board.
func lines() []line {
	var all []line
	for a := range 4 {
		for b := range 3 {
			all = append(all, line{dot{b, a}, "right"}, line{dot{a, b}, "down"})
		}
	}
	return all
}

func TestAWholeMatch(t *testing.T) {
	id, players := started(t)
	m := get[matchView](t, slices.Collect(maps.Values(players))[0], "/matches/"+id)
	names := []string{m.Players[0].Name, m.Players[1].Name}
	if !slices.Equal(names, []string{"Ada", "Bob"}) || m.Next != m.Players[1].ID {
		t.Fatalf("players %v, first %s: want the players' own names, and the last to join begin", names, m.Next)
	}
	extra := 0
	for i, l := range lines() {
		before := m
		accepted := command(t, players[m.Next], "POST", "/matches/"+id+"/turns", l, nil)
		m = get[matchView](t, players[before.Next], fmt.Sprintf("/matches/%s?min-version=%d", id, accepted.Version))
		if len(m.Turns) != i+1 {
			t.Fatalf("after turn %d the view shows %d", i+1, len(m.Turns))
		}
		closed := m.scores()[before.Next] > before.scores()[before.Next]
		if m.Status == "playing" && closed != (m.Next == before.Next) {
			t.Fatalf("turn %d closed a cell: %v; the turn went from %s to %s", i+1, closed, before.Next, m.Next)
		}
		if closed {
			extra++
		}
	}
	total, best := 0, ""
	for p, score := range m.scores() {
		total += score
		if best == "" || score > m.scores()[best] {
			best = p
		}
	}
	if m.Status != "finished" || total != 9 || m.Winner != best || extra == 0 {
		t.Fatalf("at the end: %+v", m)
	}
	for p, c := range players {
		eventually(t, "the players' places are free again", func() bool {
			_, err := c.Command(t.Context(), "POST", "/users/"+p+"/match-requests", map[string]string{"size": "large"}, nil)
			return err == nil
		})
	}
}

// playOut draws all lines, each by whoever's turn it is.
func playOut(t *testing.T, id string, players map[string]*client.Client) {
	t.Helper()
	version := uint64(0)
	for _, l := range lines() {
		var m matchView
		for _, c := range players {
			m = get[matchView](t, c, fmt.Sprintf("/matches/%s?min-version=%d", id, version))
		}
		version = command(t, players[m.Next], "POST", "/matches/"+id+"/turns", l, nil).Version
	}
}

func TestOutcomesReachTheInvokerAlone(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	bob, _ := newPlayer(t, "Bob")
	adaHears, bobHears := listen(t, ada), listen(t, bob)
	asked := command(t, ada, "POST", "/users/"+adaID+"/match-requests", map[string]string{"size": "small"}, nil)

	// The order is each stream's own: that of the match may be heard before that of the user.
	for missing := map[string]bool{"MatchRequested": true, "MatchCreated": true, "MatchJoined": true}; len(missing) > 0; {
		got, err := adaHears.Next(t.Context())
		if err != nil {
			t.Fatalf("waited for %v: %v", missing, err)
		}
		if !missing[got.Type] {
			continue
		}
		if got.TraceID != asked.TraceID || got.AggregateID == "" || got.Version == 0 || len(got.Payload) == 0 {
			t.Fatalf("%s came as %+v", got.Type, got)
		}
		delete(missing, got.Type)
	}
	t.Run("mend: a missed one is found by its trace", func(t *testing.T) {
		eventually(t, "the trace is complete", func() bool {
			found := get[handler.TraceAnswer](t, ada, "/traces/"+asked.TraceID)
			return len(found.Outcomes) >= 3 && found.Outcomes[0].Type == "MatchRequested"
		})
		_, err := bob.Do(t.Context(), "GET", "/traces/"+asked.TraceID, nil)
		refused(t, err, 404, "NotFound")
	})
	t.Run("bob has heard nothing of it", func(t *testing.T) {
		if err := bobHears.Send(t.Context(), handler.Message{Action: "ping"}); err != nil {
			t.Fatal(err)
		}
		for got := ""; got != "Pong"; {
			m, err := bobHears.Next(t.Context())
			if err != nil || m.TraceID == asked.TraceID {
				t.Fatalf("bob heard %+v, %v", m, err)
			}
			got = m.Type
		}
	})
}

func TestARefusalOfASagaIsTold(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	bob, bobID := newPlayer(t, "Bob")
	id := newMatch(t, ada, adaID)
	for range 3 {
		newMatch(t, bob, bobID)
	}
	heard := listen(t, bob)
	asked := command(t, bob, "POST", "/matches/"+id+"/join-requests", nil, nil)
	got := hear(t, heard, "CommandRejected")
	t.Run("mend: a refused request is told to the player", func(t *testing.T) {
		var told es.CommandRejected
		if err := es.Decode(got.Payload, &told); err != nil || got.TraceID != asked.TraceID || told.Rejection.Code != "TooManyMatches" {
			t.Fatalf("heard %+v", got)
		}
	})
	found := get[handler.TraceAnswer](t, bob, "/traces/"+asked.TraceID)
	if last := found.Outcomes[len(found.Outcomes)-1]; last.Type != "CommandRejected" || string(last.Payload) != string(got.Payload) {
		t.Fatalf("the trace shows %+v", found.Outcomes)
	}
	if m := get[matchView](t, ada, "/matches/"+id); len(m.Players) != 1 || m.Status != "not-started" {
		t.Fatalf("the match is half joined: %+v", m)
	}
	_, err := bob.Command(t.Context(), "POST", "/users/"+bobID+"/match-requests", map[string]string{"size": "small"}, nil)
	refused(t, err, 429, "TooManyMatches")
}

func TestSubscriptionResumes(t *testing.T) {
	id, players := started(t)
	carol, _ := newcomer(t)
	heard := listen(t, carol)
	stream := "match-" + id
	subscribe := func(after uint64) {
		t.Helper()
		if err := heard.Send(t.Context(), handler.Message{Action: "subscribe", AggregateID: es.StreamID(stream), After: after}); err != nil {
			t.Fatal(err)
		}
	}
	subscribe(1)
	var versions []uint64
	for {
		m, err := heard.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.Type == "Subscribed" {
			break
		}
		versions = append(versions, m.Version)
	}
	if len(versions) < 3 || versions[0] != 2 || !slices.IsSorted(versions) {
		t.Fatalf("resumed behind version 1 with %v", versions)
	}
	// Joining and starting are one commit: a client can have heard the first half of it.
	subscribe(4)
	if first, err := heard.Next(t.Context()); err != nil || first.Version != 5 || first.Type != "MatchStarted" {
		t.Fatalf("resumed behind version 4 with %+v, %v", first, err)
	}
	t.Run("mend: a turn is heard live", func(t *testing.T) {
		m := get[matchView](t, carol, "/matches/"+id)
		command(t, players[m.Next], "POST", "/matches/"+id+"/turns", lines()[0], nil)
		if got := hear(t, heard, "TurnTaken"); got.AggregateID != es.StreamID(stream) || got.Version != versions[len(versions)-1]+1 {
			t.Fatalf("live came %+v", got)
		}
	})
}

// ear is a WebSocket that does not listen for ever.
type ear struct{ *client.Socket }

// Next waits for the next message.
func (e ear) Next(ctx context.Context) (engine.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, server.patience)
	defer cancel()
	return e.Socket.Next(ctx)
}

func listen(t *testing.T, c *client.Client) ear {
	t.Helper()
	socket, err := c.Connect(t.Context(), server.ws)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return ear{socket}
}

// hear waits for a message of a type, and lets others pass.
func hear(t *testing.T, s ear, kind string) engine.Outcome {
	t.Helper()
	for {
		m, err := s.Next(t.Context())
		if err != nil {
			t.Fatalf("waited for %s: %v", kind, err)
		}
		if m.Type == kind {
			return m
		}
	}
}
