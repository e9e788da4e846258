package dynamo_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// whole is a system on metered tables: all that a command meets on its way.
type whole struct {
	setup
	m     *meter
	uses  *keyUses
	usual *cost.Estimator
	all   cost.Capacity // that the parts took which have been looked at
}

// keyUses wraps keys, and counts how often.
type keyUses struct {
	wrapping
	n float64
}

func (k *keyUses) Unwrap(ctx context.Context, subject string, wrapped []byte) ([]byte, error) {
	k.n++
	return k.wrapping.Unwrap(ctx, subject, wrapped)
}

// seals are those of a process that remembers nothing.
func (w *whole) seals() *engine.Seals {
	return engine.NewSeals(&dynamo.Keys{Client: w.client, Table: w.names.Keys, DataKeys: w.uses}, 0)
}

// sealsOf are those of a consumer: none for one that must do without the key.
func (w *whole) sealsOf(consumer string) *engine.Seals {
	for _, f := range topology.Functions(domain.App) {
		opens := slices.Contains(f.Grants, topology.OpenPersonal) || slices.Contains(f.Grants, topology.SealPersonal)
		if f.Queue != nil && f.Queue.Name == consumer && opens {
			return w.seals()
		}
	}
	return nil
}

// part fails the test unless an action takes what bills say of a part.
func (w *whole) part(t *testing.T, part string, of cost.Bill, action func() error) {
	t.Helper()
	w.m.capacity, w.uses.n = cost.Capacity{}, 0
	if err := action(); err != nil {
		t.Fatalf("%s: %v", part, err)
	}
	var bill cost.Bill
	for _, line := range of {
		if line.Part == part {
			bill = append(bill, line)
		}
	}
	same(t, "the capacity of "+part, w.m.capacity, bill.Capacity())
	same(t, "the uses of the key in "+part, w.uses.n, bill.Units(cost.KeyUse))
	w.all = w.all.Plus(w.m.capacity)
}

// TestCommandCapacity follows a command from its decision to the last consumer, and holds each part's capacity, and all
// together, against what package cost puts on the bill.
func TestCommandCapacity(t *testing.T) {
	set, m := counted(t)
	use := cost.Usual()
	use.Stream, use.Events, use.Sealed = 1, 1, 1 // a stream short enough for one read unit, and one event, with something personal
	usual, err := cost.New(domain.App, use)
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{setup: set, m: m, uses: &keyUses{}, usual: usual}
	memory, err := engine.NewMemory(10)
	if err != nil {
		t.Fatal(err)
	}
	ctx, events, feed, id := t.Context(), w.events(), w.feed(), string(stream("u"))
	remembered := w.seals()
	execute := func(memory *engine.Memory, d *es.CommandDecl, command any) error {
		seals := remembered
		if memory == nil {
			seals = w.seals()
		}
		commands := &engine.Commands{Store: seals.Store(events), Memory: memory, Leases: w.leases(), Snapshots: w.snapshots()}
		_, err := commands.Execute(ctx, engine.Request{
			Decl: d, Command: command, ID: engine.NewID(), Fresh: true, TraceID: engine.NewID(), Invoker: es.Identity{User: id, Roles: []string{d.Role}},
		})
		return err
	}
	if err := execute(memory, user.DoCreate, user.Create{UserID: id, Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	relay := &dynamo.Relay{Feed: feed, Publisher: discard{}, Wake: true}
	w.bring(t, relay, id)
	if err := w.connections().Connect(ctx, engine.Connection{ID: id, User: id, Opened: instant, Expires: instant.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}

	bill := usual.Command(user.DoSetName, 0)
	w.part(t, cost.Decision, bill, func() error { return execute(memory, user.DoSetName, user.SetName{UserID: id, Name: "Grace"}) })
	commit := w.bring(t, nil, id)
	w.part(t, cost.Relay, bill, func() error { _, err := relay.Handle(ctx, inserted(t, commit)); return err })
	w.part(t, cost.Projectors, bill, func() error { return w.deliver(ctx, commit, w.projectors()) })
	w.part(t, cost.Handlers, bill, func() error { return w.deliver(ctx, commit, w.handlers(commit.Stream)) })
	w.part(t, cost.Notifier, bill, func() error {
		if err := w.deliver(ctx, commit, []deliverer{w.notifier()}); err != nil {
			return err
		}
		return w.notifier().Deliver(ctx, engine.FeedStream, []es.Commit{engine.FeedAdvanced(2, instant)}, 1) // and is told that the feed goes on
	})
	same(t, "the capacity of the whole command", w.all, bill.Capacity())

	w.part(t, cost.Decision, usual.Command(user.DoSetName, 1), func() error {
		return execute(nil, user.DoSetName, user.SetName{UserID: id, Name: "Ada"})
	})
	w.part(t, cost.Decision, usual.Command(room.DoOpen, 1), func() error { // a single writer, with snapshots
		return execute(nil, room.DoOpen, room.Open{RoomID: id, PlayerIDs: []string{"ada"}})
	})
}

// bring gives the last commit of the user. With a relay it is what came before, and all consumers get it unmetered.
func (w *whole) bring(t *testing.T, relay *dynamo.Relay, id string) es.Commit {
	t.Helper()
	tail, err := w.events().Tail(t.Context(), es.NewStreamID(user.Aggregate.Category(), id), 1)
	if err != nil {
		t.Fatal(err)
	}
	commit := tail[0]
	if relay == nil {
		return commit
	}
	if _, err := relay.Handle(t.Context(), inserted(t, commit)); err != nil {
		t.Fatal(err)
	}
	all := append(append(w.projectors(), w.handlers(commit.Stream)...), w.notifier())
	if err := w.deliver(t.Context(), commit, all); err != nil {
		t.Fatal(err)
	}
	return commit
}

type deliverer interface {
	Deliver(ctx context.Context, stream es.StreamID, commits []es.Commit, attempt int) error
}

func (w *whole) deliver(ctx context.Context, c es.Commit, to []deliverer) error {
	for _, consumer := range to {
		if err := consumer.Deliver(ctx, c.Stream, []es.Commit{c}, 1); err != nil {
			return err
		}
	}
	return nil
}

func (w *whole) lot() *dynamo.ParkingLot {
	return &dynamo.ParkingLot{Client: w.client, Table: w.names.Checkpoints}
}

func (w *whole) checkpoints() *dynamo.Checkpoints {
	return &dynamo.Checkpoints{Client: w.client, Table: w.names.Checkpoints}
}

// projectors are those of users, and those that follow the feed, in processes that remember nothing.
func (w *whole) projectors() []deliverer {
	var all []deliverer
	for _, view := range domain.App.Views() {
		p := &engine.Projector{
			View: view, Views: &dynamo.Views{Client: w.client, Table: w.names.Views}, Store: w.sealsOf(view.Name).Store(w.events()),
			Turns: &engine.Turns{Generations: &dynamo.Generations{Client: w.client, Table: w.names.Views}},
		}
		switch {
		case view.Global:
			all = append(all, engine.NewGlobal(p, w.sealsOf(view.Name).Feed(w.feed()), w.checkpoints(), w.lot(), engine.World{}))
		case slices.Contains(view.Categories, user.Aggregate.Category()):
			all = append(all, &engine.Consumer{Name: view.Name, Store: p.Store, Lot: w.lot(), Handler: p})
		}
	}
	return all
}

// handlers are the sagas and listeners that hear of a stream. They have nothing to do upon a new name.
func (w *whole) handlers(of es.StreamID) []deliverer {
	var all []deliverer
	commands := func(consumer string) *engine.Commands {
		return &engine.Commands{Store: w.sealsOf(consumer).Store(w.events())}
	}
	for _, decl := range domain.App.Sagas() {
		if slices.Contains(decl.Listens, of.Category()) {
			all = append(all, (&engine.Saga{Decl: decl, Commands: commands(decl.Name)}).Consumer(w.checkpoints(), w.lot()))
		}
	}
	for _, decl := range domain.App.Listeners() {
		if slices.Contains(decl.Listens, of.Category()) {
			all = append(all, (&engine.Listener{Decl: decl, Commands: commands(decl.Name)}).Consumer(w.checkpoints(), w.lot()))
		}
	}
	return all
}

func (w *whole) connections() *dynamo.Connections {
	return &dynamo.Connections{Client: w.client, Table: w.names.Connections}
}

// pushes takes messages for anybody.
type pushes struct{}

func (pushes) Push(context.Context, string, []byte) error { return nil }

func (w *whole) notifier() deliverer {
	n := &engine.Notifier{
		Traces:      &dynamo.Traces{Client: w.client, Table: w.names.Traces},
		Seals:       w.sealsOf(engine.NotifierName),
		Connections: w.connections(), Pusher: pushes{},
		IsPrivate: domain.App.Catalogue().IsPrivate, World: engine.World{Now: func() time.Time { return instant }},
	}
	followers := &engine.Followers{Connections: n.Connections, Pusher: n.Pusher, World: n.World}
	return engine.Herald{Consumer: n.Consumer(w.events(), w.checkpoints(), w.lot()), Followers: followers}
}
