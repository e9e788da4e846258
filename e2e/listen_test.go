package e2e

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

func TestListenToEventsOfAName(t *testing.T) {
	ada, _ := newcomer(t)
	bob, _ := newcomer(t)
	socket, bobHears := listen(t, ada), listen(t, bob)
	say := func(m handler.Message, answer string) {
		t.Helper()
		if err := socket.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		hear(t, socket, answer)
	}
	create := func() string {
		return command(t, bob, http.MethodPost, "/teams", map[string]string{"name": "Team " + engine.NewID()}, nil).ID
	}
	own := map[string]bool{}
	wanted := func(o engine.Outcome) bool { return o.Type == "TeamCreated" && own[o.AggregateID.ID()] }

	t.Run("wherever they happen, N of them", func(t *testing.T) {
		say(handler.Message{Action: "subscribe", Event: "TeamCreated"}, "Subscribed")
		for range 3 {
			own[create()] = true
		}
		ctx, cancel := context.WithTimeout(t.Context(), server.patience)
		defer cancel()
		if heard, err := socket.Wait(ctx, 3, wanted); err != nil {
			t.Fatalf("heard %v: %v", heard, err)
		}
	})
	t.Run("no more once unsubscribed; then a listener times out", func(t *testing.T) {
		say(handler.Message{Action: "unsubscribe", Event: "TeamCreated"}, "Unsubscribed")
		id := create()
		own[id] = true
		// Bob hears of the team from the same notifier: by then Ada would have.
		for hear(t, bobHears, "TeamCreated").AggregateID.ID() != id {
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		heard, err := socket.Wait(ctx, 1, wanted)
		if !errors.Is(err, context.DeadlineExceeded) || len(heard) > 0 {
			t.Fatalf("heard %v: %v", heard, err)
		}
	})
}
