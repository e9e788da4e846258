package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Connections tests an [engine.Connections].
func Connections(t *testing.T, open func(t *testing.T) engine.Connections) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Connections)
	}{
		{"a connection comes back", connect},
		{"an unknown connection is gone", unknownConnection},
		{"the connections of a user are found", ofUser},
		{"the subscribers of a topic are found", ofTopic},
		{"a stream and an event of its name are topics apart", topicsApart},
		{"subscribing and unsubscribing may be repeated", subscribeTwice},
		{"a connection that ends takes its subscriptions along", disconnect},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// newConnection connects somebody.
func newConnection(t *testing.T, connections engine.Connections, user string) engine.Connection {
	t.Helper()
	c := engine.Connection{
		ID: "L0SM9cOFvHcCIhw=" + uuid.NewString(), User: user, Roles: []string{"read", "write"}, Opened: instant(0), Expires: instant(3_600_000),
	}
	try(t, "connect", connections.Connect(t.Context(), c))
	return c
}

// these fails the test unless the connections found are the wanted ones, in any order.
func these(t *testing.T, what string, got []engine.Connection, err error, want ...engine.Connection) {
	t.Helper()
	try(t, "find "+what, err)
	byID := func(a, b engine.Connection) int { return strings.Compare(a.ID, b.ID) }
	same(t, what, slices.SortedFunc(slices.Values(got), byID), slices.SortedFunc(slices.Values(want), byID))
}

// newTopic gives the topic of a stream that nobody has used.
func newTopic() engine.Topic { return engine.StreamTopic(newStream("contract")) }

func subscribers(t *testing.T, connections engine.Connections, topic engine.Topic, want ...engine.Connection) {
	t.Helper()
	got, err := connections.OfTopic(t.Context(), topic)
	these(t, "the subscribers", got, err, want...)
}

func connect(t *testing.T, connections engine.Connections) {
	for _, want := range []engine.Connection{
		newConnection(t, connections, "user é"),
		{ID: uuid.NewString(), User: uuid.NewString(), Opened: instant(1), Expires: instant(2)},
	} {
		if want.Roles == nil {
			try(t, "connect without roles", connections.Connect(t.Context(), want))
		}
		got, err := connections.Connection(t.Context(), want.ID)
		try(t, "find a connection", err)
		same(t, "the connection", got, want)
	}
}

func unknownConnection(t *testing.T, connections engine.Connections) {
	_, err := connections.Connection(t.Context(), uuid.NewString())
	fails(t, "find an unknown connection", err, engine.ErrGone)
	try(t, "disconnect an unknown one", connections.Disconnect(t.Context(), uuid.NewString()))
}

func ofUser(t *testing.T, connections engine.Connections) {
	user, other := uuid.NewString(), uuid.NewString()
	a, b := newConnection(t, connections, user), newConnection(t, connections, user)
	c := newConnection(t, connections, other)
	got, err := connections.OfUser(t.Context(), user)
	these(t, "the user's connections", got, err, a, b)
	got, err = connections.OfUser(t.Context(), other)
	these(t, "the other user's connections", got, err, c)
	got, err = connections.OfUser(t.Context(), uuid.NewString())
	these(t, "nobody's connections", got, err)
}

func ofTopic(t *testing.T, connections engine.Connections) {
	one, two := newTopic(), newTopic()
	a, b := newConnection(t, connections, "u"), newConnection(t, connections, "v")
	try(t, "subscribe", connections.Subscribe(t.Context(), a.ID, one))
	try(t, "subscribe", connections.Subscribe(t.Context(), b.ID, one))
	try(t, "subscribe", connections.Subscribe(t.Context(), b.ID, two))
	subscribers(t, connections, one, a, b)
	subscribers(t, connections, two, b)
	subscribers(t, connections, newTopic())
	try(t, "unsubscribe", connections.Unsubscribe(t.Context(), b.ID, one))
	subscribers(t, connections, one, a)
	subscribers(t, connections, two, b)
}

func topicsApart(t *testing.T, connections engine.Connections) {
	stream := newStream("contract")
	a, b, c := newConnection(t, connections, "u"), newConnection(t, connections, "v"), newConnection(t, connections, "w")
	name := "Happened" + uuid.NewString()
	for _, subscription := range []struct {
		id    string
		topic engine.Topic
	}{
		{a.ID, engine.StreamTopic(stream)},
		{b.ID, engine.EventTopic(string(stream))},
		{c.ID, engine.EventTopic(name)},
		{c.ID, engine.StreamTopic(es.StreamID(name))},
		{a.ID, engine.EventTopic(name)},
	} {
		try(t, "subscribe", connections.Subscribe(t.Context(), subscription.id, subscription.topic))
	}
	subscribers(t, connections, engine.StreamTopic(stream), a)
	subscribers(t, connections, engine.EventTopic(string(stream)), b)
	subscribers(t, connections, engine.EventTopic(name), a, c)
	try(t, "unsubscribe", connections.Unsubscribe(t.Context(), c.ID, engine.EventTopic(name)))
	subscribers(t, connections, engine.EventTopic(name), a)
	subscribers(t, connections, engine.StreamTopic(es.StreamID(name)), c)
}

func subscribeTwice(t *testing.T, connections engine.Connections) {
	topic := newTopic()
	a := newConnection(t, connections, "u")
	try(t, "unsubscribe first", connections.Unsubscribe(t.Context(), a.ID, topic))
	for range 2 {
		try(t, "subscribe", connections.Subscribe(t.Context(), a.ID, topic))
		subscribers(t, connections, topic, a)
	}
	for range 2 {
		try(t, "unsubscribe", connections.Unsubscribe(t.Context(), a.ID, topic))
		subscribers(t, connections, topic)
	}
}

func disconnect(t *testing.T, connections engine.Connections) {
	user := uuid.NewString()
	topics := []engine.Topic{newTopic(), newTopic(), engine.EventTopic("Happened" + uuid.NewString())}
	a, b := newConnection(t, connections, user), newConnection(t, connections, user)
	for _, c := range []engine.Connection{a, b} {
		for _, topic := range topics {
			try(t, "subscribe", connections.Subscribe(t.Context(), c.ID, topic))
		}
	}
	for range 2 {
		try(t, "disconnect", connections.Disconnect(t.Context(), a.ID))
	}
	_, err := connections.Connection(t.Context(), a.ID)
	fails(t, "find it afterwards", err, engine.ErrGone)
	for _, topic := range topics {
		subscribers(t, connections, topic, b)
	}
	got, err := connections.OfUser(t.Context(), user)
	these(t, "the user's connections", got, err, b)
	try(t, "connect with its id", connections.Connect(t.Context(), a))
	subscribers(t, connections, topics[0], b)
}
