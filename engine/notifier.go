package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/foldstream/foldstream/es"
)

// NotifierName is the name of the notifier as a consumer.
const NotifierName = "notifier"

// Notifier tells clients what came of their requests, and keeps it for those who were not there to hear it.
type Notifier struct {
	Traces      Traces
	Connections Connections
	Pusher      Pusher
	IsPrivate   func(category string) bool // whether the data of a category's events stays inside
	World       World
}

// Consumer makes the notifier a consumer.
func (n *Notifier) Consumer(store EventStore, checkpoints Checkpoints, lot ParkingLot) *Consumer {
	return &Consumer{
		Name: NotifierName, Store: store, Lot: lot, World: n.World,
		Handler: steps{consumer: NotifierName, checkpoints: checkpoints, step: n.tell},
	}
}

func (n *Notifier) tell(ctx context.Context, c es.Commit) error {
	outcomes := Outcomes(c, n.IsPrivate(c.Stream.Category()))
	if err := n.Traces.Note(ctx, c.TraceID, outcomes); err != nil {
		return fmt.Errorf("note the outcomes of %s: %w", c.TraceID, err)
	}
	listeners, err := n.listeners(ctx, c)
	if err != nil {
		return err
	}
	for _, listener := range listeners {
		// One client's trouble must not hold up the others. What a push misses stays in the trace and in the stream.
		if err := Push(ctx, n.Connections, n.Pusher, n.World.Time(), listener, outcomes); err != nil {
			slog.WarnContext(ctx, "push failed", "connection", listener.ID, "traceId", c.TraceID, "error", err)
		}
	}
	return nil
}

// listeners are the connections of the commit's invoker, and those subscribed to its stream, each once.
func (n *Notifier) listeners(ctx context.Context, c es.Commit) ([]Connection, error) {
	var all []Connection
	if c.Invoker != "" {
		own, err := n.Connections.OfUser(ctx, c.Invoker)
		if err != nil {
			return nil, fmt.Errorf("find the connections of %s: %w", c.Invoker, err)
		}
		all = own
	}
	subscribed, err := n.Connections.OfStream(ctx, c.Stream)
	if err != nil {
		return nil, fmt.Errorf("find the subscribers of %s: %w", c.Stream, err)
	}
	seen := map[string]bool{}
	var once []Connection
	for _, connection := range append(all, subscribed...) {
		if !seen[connection.ID] {
			seen[connection.ID] = true
			once = append(once, connection)
		}
	}
	return once, nil
}

// Outcomes are what a commit has to say to clients, without the data of events that stay inside.
func Outcomes(c es.Commit, private bool) []Outcome {
	outcomes := make([]Outcome, len(c.Events))
	for i, e := range c.Events {
		outcomes[i] = Outcome{
			Type: e.Type, TraceID: c.TraceID, AggregateID: c.Stream, Version: c.Version + uint64(i),
			Payload: e.Data, CausationID: c.CausationID, Time: c.Time, Invoker: c.Invoker,
		}
		if private {
			outcomes[i].Payload = nil
		}
	}
	return outcomes
}

// Push sends outcomes to one connection, one message each. A connection that is gone or whose token has run out is
// forgotten, which is no error.
func Push(ctx context.Context, connections Connections, pusher Pusher, now time.Time, to Connection, outcomes []Outcome) error {
	if !now.Before(to.Expires) {
		return connections.Disconnect(ctx, to.ID)
	}
	for _, outcome := range outcomes {
		message, err := fit(outcome)
		if err != nil {
			return err
		}
		switch err := pusher.Push(ctx, to.ID, message); {
		case errors.Is(err, ErrGone) && now.Sub(to.Opened) < handshake:
			return nil
		case errors.Is(err, ErrGone):
			return connections.Disconnect(ctx, to.ID)
		case err != nil:
			return fmt.Errorf("push to %s: %w", to.ID, err)
		}
	}
	return nil
}

// handshake is how long a connection may answer that it is gone because it is not there yet: API Gateway opens it only
// after its $connect route has answered.
const handshake = 10 * time.Second

// MaxMessageBytes is the size of a message that API Gateway's WebSockets carry.
const MaxMessageBytes = 128 << 10

// fit encodes an outcome, without its payload if that makes it too large: the client can fetch it.
func fit(outcome Outcome) ([]byte, error) {
	message, err := es.Encode(outcome)
	if err == nil && len(message) > MaxMessageBytes {
		outcome.Payload = nil
		message, err = es.Encode(outcome)
	}
	if err != nil {
		return nil, &es.Fault{Doing: "encode an outcome", Err: err}
	}
	return message, nil
}
