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

// switchboard knows who follows the feed, and takes what they are told.
type switchboard struct {
	engine.Connections
	followers []engine.Connection
	gone      []string // who has been forgotten
	told      []string
	fails     map[string]error
}

func (s *switchboard) OfTopic(_ context.Context, topic engine.Topic) ([]engine.Connection, error) {
	if topic != engine.FeedTopic {
		return nil, errors.New("nobody asked for that")
	}
	return s.followers, s.fails["find"]
}

func (s *switchboard) Disconnect(_ context.Context, id string) error {
	s.gone = append(s.gone, id)
	return nil
}

func (s *switchboard) Push(_ context.Context, id string, message []byte) error {
	if err := s.fails[id]; err != nil {
		return err
	}
	s.told = append(s.told, id+" "+string(message))
	return nil
}

// Whoever follows is told where the feed ends, whatever becomes of the others; commits are the consumer's.
func TestAHeraldTellsFollowers(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	connection := func(id string, left time.Duration) engine.Connection {
		return engine.Connection{ID: id, Opened: now.Add(-time.Hour), Expires: now.Add(left)}
	}
	s := &switchboard{
		followers: []engine.Connection{
			connection("away", time.Hour), connection("busy", time.Hour), connection("over", 0), connection("here", time.Hour),
		},
		fails: map[string]error{"away": engine.ErrGone, "busy": engine.ErrBusy},
	}
	h := engine.Herald{
		Consumer:  &engine.Consumer{Name: "numbers"},
		Followers: &engine.Followers{Connections: s, Pusher: s, World: engine.World{Now: func() time.Time { return now }}},
	}
	wake := []es.Commit{engine.FeedAdvanced(7, now), engine.FeedAdvanced(9, now)}
	if err := h.Deliver(t.Context(), engine.FeedStream, wake, 1); err != nil {
		t.Fatal(err)
	}
	if want := []string{`over {"type":"Advanced","end":9}`, `here {"type":"Advanced","end":9}`}; !slices.Equal(s.told, want) {
		t.Errorf("told %q, want %q", s.told, want)
	}
	if want := []string{"away", "over"}; !slices.Equal(s.gone, want) {
		t.Errorf("forgot %q, want %q", s.gone, want)
	}
	s.fails["find"] = engine.ErrBusy
	if err := h.Deliver(t.Context(), engine.FeedStream, wake, 1); !errors.Is(err, engine.ErrBusy) {
		t.Errorf("when nobody can be found: %v", err)
	}
}
