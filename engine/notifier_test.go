package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// sockets are connections that all belong to one user; pushes to some of them fail.
type sockets struct {
	engine.Connections
	open   []engine.Connection
	topics map[engine.Topic][]engine.Connection
	fails  map[string]error
	pushed []string
	said   []string
	noted  []engine.Outcome
	ended  []string
}

func (s *sockets) OfUser(context.Context, string) ([]engine.Connection, error) { return s.open, nil }

func (s *sockets) OfTopic(_ context.Context, topic engine.Topic) ([]engine.Connection, error) {
	return s.topics[topic], nil
}

func (s *sockets) Disconnect(_ context.Context, id string) error {
	s.ended = append(s.ended, id)
	return nil
}

func (s *sockets) Push(_ context.Context, id string, message []byte) error {
	if err := s.fails[id]; err != nil {
		return err
	}
	s.pushed, s.said = append(s.pushed, id), append(s.said, string(message))
	return nil
}

func (s *sockets) Note(_ context.Context, _ string, outcomes []engine.Outcome) error {
	s.noted = append(s.noted, outcomes...)
	return nil
}

func (s *sockets) Trace(context.Context, string) ([]engine.Outcome, error) { return nil, nil }

func TestNotifier(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	connection := func(id string, opened time.Duration, expires time.Duration) engine.Connection {
		return engine.Connection{ID: id, User: "u1", Opened: now.Add(-opened), Expires: now.Add(expires)}
	}
	s := &sockets{
		open: []engine.Connection{
			connection("well", time.Hour, time.Hour),
			connection("gone", time.Hour, time.Hour),
			connection("opening", time.Second, time.Hour),
			connection("expired", time.Hour, 0),
			connection("troubled", time.Hour, time.Hour),
			connection("last", time.Hour, time.Hour),
		},
		fails: map[string]error{"gone": engine.ErrGone, "opening": engine.ErrGone, "troubled": errors.New("no route")},
	}
	s.topics = map[engine.Topic][]engine.Connection{engine.StreamTopic("counter-c"): s.open} // each is subscribed as well
	m := newMemory()
	r := request(doAdd, add{"c", 1})
	execute(t, commands(t, m), r)
	n := &engine.Notifier{
		Traces: s, Connections: s, Pusher: s, IsPrivate: func(string) bool { return false },
		World: engine.World{Now: func() time.Time { return now }},
	}
	if err := n.Consumer(m, m, m).Deliver(t.Context(), "counter-c", m.streams["counter-c"], 1); err != nil {
		t.Fatal(err)
	}
	if want := []string{"well", "last"}; !slices.Equal(s.pushed, want) {
		t.Errorf("pushed to %v, want each of %v once, whatever the others do", s.pushed, want)
	}
	// API Gateway says that a connection is gone also while its $connect route has not answered yet.
	if want := []string{"gone", "expired"}; !slices.Equal(s.ended, want) {
		t.Errorf("ended %v, want %v", s.ended, want)
	}
}

func TestNotifierTopics(t *testing.T) {
	to := func(id string) engine.Connection {
		return engine.Connection{ID: id, Expires: time.Now().Add(time.Hour)}
	}
	event := es.Recorded{Type: "Added", Data: []byte(`{"n":7}`)}
	for _, private := range []bool{false, true} {
		s := &sockets{topics: map[engine.Topic][]engine.Connection{
			engine.StreamTopic("counter-c"): {to("both")},
			engine.EventTopic("Added"):      {to("both"), to("name")},
			engine.EventTopic("Named"):      {to("nobody")},
			engine.EventTopic("Unnamed"):    {to("nobody")},
			engine.StreamTopic("counter-d"): {to("nobody")},
		}}
		n := &engine.Notifier{Traces: s, Connections: s, Pusher: s, IsPrivate: func(category string) bool { return private && category == "counter" }}
		c := es.Commit{Stream: "counter-c", Version: 1, Events: []es.Recorded{event, event}}
		m := newMemory()
		if err := n.Consumer(m, m, m).Deliver(t.Context(), c.Stream, []es.Commit{c}, 1); err != nil {
			t.Fatal(err)
		}
		slices.Sort(s.pushed)
		if want := []string{"both", "both", "name", "name"}; !slices.Equal(s.pushed, want) {
			t.Errorf("private=%v: pushed to %v, want one message an event to each of %v", private, s.pushed, want)
		}
		for _, message := range s.said {
			if strings.Contains(message, `{"n":7}`) == private {
				t.Errorf("private=%v: the message is %s", private, message)
			}
		}
		for _, outcome := range s.noted {
			if (outcome.Payload == nil) != private {
				t.Errorf("private=%v: the trace holds %s", private, outcome.Payload)
			}
		}
		if len(s.noted) != 2 {
			t.Errorf("the trace has %d outcomes, want 2", len(s.noted))
		}
	}
}

func TestWhoAskedForANameHearsOfThatNameAlone(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	s := &sockets{topics: map[engine.Topic][]engine.Connection{
		engine.EventTopic("Added"):      {{ID: "one", Expires: soon}, {ID: "two", Expires: soon}},
		engine.EventTopic("Named"):      {{ID: "two", Expires: soon}, {ID: "all", Expires: soon}},
		engine.StreamTopic("counter-c"): {{ID: "all", Expires: soon}},
	}}
	n := &engine.Notifier{Traces: s, Connections: s, Pusher: s, IsPrivate: func(string) bool { return false }}
	c := es.Commit{Stream: "counter-c", Version: 1, Events: []es.Recorded{
		{Type: "Added", Data: []byte(`{}`)}, {Type: "Named", Data: []byte(`{}`)}, {Type: "Unnamed", Data: []byte(`{}`)},
	}}
	m := newMemory()
	if err := n.Consumer(m, m, m).Deliver(t.Context(), c.Stream, []es.Commit{c}, 1); err != nil {
		t.Fatal(err)
	}
	slices.Sort(s.pushed)
	if want := []string{"all", "all", "all", "one", "two", "two"}; !slices.Equal(s.pushed, want) {
		t.Errorf("pushed to %v, want %v", s.pushed, want)
	}
}
