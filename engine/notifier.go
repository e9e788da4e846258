package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/internal/observe"
)

// NotifierName is the name of the notifier as a consumer.
const NotifierName = "notifier"

// Notifier tells clients what came of their requests, and keeps it for those who were not there to hear it.
type Notifier struct {
	Traces      Traces // as they are noted: with what is personal sealed
	Seals       *Seals // by which it is opened for clients
	Connections Connections
	Pusher      Pusher
	IsPrivate   func(category string) bool // whether the data of a category's events stays inside
	World       World
}

// Consumer makes the notifier a consumer, of commits whose personal texts are sealed.
func (n *Notifier) Consumer(store Loader, checkpoints Checkpoints, lot ParkingLot) *Consumer {
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
	if err != nil || len(listeners) == 0 {
		return err
	}
	opened, err := n.Seals.Open(ctx, []es.Commit{c})
	if err != nil {
		return err
	}
	outcomes = Outcomes(opened[0], n.IsPrivate(c.Stream.Category()))
	for _, l := range listeners {
		// One client's trouble must not hold up the others. What a push misses stays in the trace and in the stream.
		if err := Push(ctx, n.Connections, n.Pusher, n.World.Time(), l.Connection, l.of(outcomes)); err != nil {
			slog.WarnContext(ctx, "push failed", "connection", l.ID, "error", err)
		}
	}
	return nil
}

// listening is a connection that is to hear of a commit.
type listening struct {
	Connection
	events []string // the wire names that it has asked for; nil for all
}

func (l listening) of(outcomes []Outcome) []Outcome {
	if l.events == nil {
		return outcomes
	}
	var wanted []Outcome
	for _, o := range outcomes {
		if slices.Contains(l.events, o.Type) {
			wanted = append(wanted, o)
		}
	}
	return wanted
}

// listeners are the connections of the commit's invoker and those subscribed to its stream, who hear all of it, and those
// subscribed to events by name; each once.
func (n *Notifier) listeners(ctx context.Context, c es.Commit) ([]listening, error) {
	var all []listening
	place := map[string]int{}
	add := func(connections []Connection, events ...string) {
		for _, connection := range connections {
			i, known := place[connection.ID]
			if !known {
				place[connection.ID] = len(all)
				all = append(all, listening{connection, events})
			} else if all[i].events != nil {
				all[i].events = append(all[i].events, events...)
			}
		}
	}
	if c.Invoker != "" {
		own, err := n.Connections.OfUser(ctx, c.Invoker)
		if err != nil {
			return nil, fmt.Errorf("find the connections of %s: %w", c.Invoker, err)
		}
		add(own)
	}
	subscribed, err := n.Connections.OfTopic(ctx, StreamTopic(c.Stream))
	if err != nil {
		return nil, fmt.Errorf("find the subscribers of %s: %w", c.Stream, err)
	}
	add(subscribed)
	for name := range wireNames(c) {
		subscribed, err := n.Connections.OfTopic(ctx, EventTopic(name))
		if err != nil {
			return nil, fmt.Errorf("find the subscribers of %s: %w", name, err)
		}
		add(subscribed, name)
	}
	return all, nil
}

// wireNames are the names of a commit's events, each once.
func wireNames(c es.Commit) iter.Seq[string] {
	once := map[string]bool{}
	for _, e := range c.Events {
		once[e.Type] = true
	}
	return maps.Keys(once)
}

// Outcomes are what a commit has to say to clients, without the data of events that stay inside.
func Outcomes(c es.Commit, private bool) []Outcome {
	outcomes := make([]Outcome, len(c.Events))
	for i, e := range c.Events {
		outcomes[i] = Outcome{
			Type: e.Type, TraceID: c.TraceID, AggregateID: c.Stream, Version: c.Version + uint64(i),
			Payload: e.Data, Schema: e.Schema, CommandID: c.CommandID, CausationID: c.CausationID, Time: c.Time, Invoker: c.Invoker,
		}
		if private {
			outcomes[i].Payload, outcomes[i].Schema = nil, 0
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
		if there, err := push(ctx, connections, pusher, now, to, message); err != nil || !there {
			return err
		}
	}
	return nil
}

// push sends a message to one connection, if it is there; one that is gone is forgotten.
func push(ctx context.Context, connections Connections, pusher Pusher, now time.Time, to Connection, message []byte) (there bool, err error) {
	switch err := pusher.Push(ctx, to.ID, message); {
	case errors.Is(err, ErrGone) && now.Sub(to.Opened) < limits.Handshake:
		return false, nil
	case errors.Is(err, ErrGone):
		observe.PushesGone.Record(ctx, 1)
		return false, connections.Disconnect(ctx, to.ID)
	case err != nil:
		observe.PushesFailed.Record(ctx, 1)
		return false, fmt.Errorf("push to %s: %w", to.ID, err)
	}
	observe.Pushes.Record(ctx, 1)
	return true, nil
}

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
