package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// sockets are connections that all belong to one user; pushes to some of them fail.
type sockets struct {
	engine.Connections
	open   []engine.Connection
	fails  map[string]error
	pushed []string
	ended  []string
}

func (s *sockets) OfUser(context.Context, string) ([]engine.Connection, error) { return s.open, nil }

func (s *sockets) OfStream(context.Context, es.StreamID) ([]engine.Connection, error) {
	return s.open, nil // each is subscribed as well
}

func (s *sockets) Disconnect(_ context.Context, id string) error {
	s.ended = append(s.ended, id)
	return nil
}

func (s *sockets) Push(_ context.Context, id string, _ []byte) error {
	if err := s.fails[id]; err != nil {
		return err
	}
	s.pushed = append(s.pushed, id)
	return nil
}

func (s *sockets) Note(context.Context, string, []engine.Outcome) error { return nil }

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
