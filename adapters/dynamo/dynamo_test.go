package dynamo_test

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// setup is a set of tables in an engine.
type setup struct {
	cfg    aws.Config
	client *dynamodb.Client
	names  dynamo.Names
}

func create(t *testing.T, cfg aws.Config) setup {
	t.Helper()
	name := emulator.Name("test")
	names := dynamo.NamesBy(func(thing string) string { return name + "-" + thing })
	s := setup{cfg: cfg, client: dynamodb.NewFromConfig(cfg), names: names}
	if err := dynamo.CreateTables(context.Background(), s.client, s.names); err != nil {
		t.Fatal(err)
	}
	return s
}

var shared struct {
	sync.Once
	setup
}

// tables gives the tables that most tests share.
func tables(t *testing.T) setup {
	t.Helper()
	cfg := emulator.MiniStack(t)
	shared.Do(func() { shared.setup = create(t, cfg) })
	return shared.setup
}

func (s setup) events() *dynamo.EventStore {
	return &dynamo.EventStore{Client: s.client, Table: s.names.Events, Leases: s.names.Leases}
}

func (s setup) leases() *dynamo.Leases {
	return &dynamo.Leases{Client: s.client, Table: s.names.Leases}
}

func (s setup) snapshots() *dynamo.Snapshots {
	return &dynamo.Snapshots{Client: s.client, Table: s.names.Snapshots}
}

func (s setup) feed() *dynamo.Feed {
	return &dynamo.Feed{Client: s.client, Table: s.names.Feed, Events: s.events()}
}

func TestEventStore(t *testing.T) {
	contract.EventStore(t, func(t *testing.T) engine.EventStore { return tables(t).events() }, contract.TrustsHeads(), contract.Steps(600))
}

func TestFencing(t *testing.T) {
	contract.Fencing(t, func(t *testing.T) (engine.EventStore, engine.Leases) {
		s := tables(t)
		return s.events(), s.leases()
	})
}

func TestLeases(t *testing.T) {
	contract.Leases(t, func(t *testing.T) engine.Leases { return tables(t).leases() })
}

func TestSnapshots(t *testing.T) {
	contract.Snapshots(t, func(t *testing.T) engine.Snapshots { return tables(t).snapshots() })
}

func TestViews(t *testing.T) {
	contract.Views(t, func(t *testing.T) engine.Views {
		s := tables(t)
		return &dynamo.Views{Client: s.client, Table: s.names.Views}
	})
}

// wholeViews are rows beside the generations, which are in the same table.
type wholeViews struct {
	*dynamo.Views
	*dynamo.Generations
}

func TestWholeViews(t *testing.T) {
	contract.WholeViews(t, func(t *testing.T) engine.WholeViews {
		s := tables(t)
		return wholeViews{&dynamo.Views{Client: s.client, Table: s.names.Views}, &dynamo.Generations{Client: s.client, Table: s.names.Views}}
	})
}

func TestGenerations(t *testing.T) {
	contract.Generations(t, func(t *testing.T) engine.Generations {
		s := tables(t)
		return &dynamo.Generations{Client: s.client, Table: s.names.Views}
	})
}

func TestCheckpoints(t *testing.T) {
	contract.Checkpoints(t, func(t *testing.T) engine.Checkpoints {
		s := tables(t)
		return &dynamo.Checkpoints{Client: s.client, Table: s.names.Checkpoints}
	})
}

func TestParkingLot(t *testing.T) {
	contract.ParkingLot(t, func(t *testing.T) engine.ParkingLot {
		s := tables(t)
		return &dynamo.ParkingLot{Client: s.client, Table: s.names.Checkpoints}
	})
}

func TestTraces(t *testing.T) {
	contract.Traces(t, func(t *testing.T) engine.Traces {
		s := tables(t)
		return &dynamo.Traces{Client: s.client, Table: s.names.Traces}
	})
}

func TestConnections(t *testing.T) {
	contract.Connections(t, func(t *testing.T) engine.Connections {
		s := tables(t)
		return &dynamo.Connections{Client: s.client, Table: s.names.Connections}
	})
}

// TestFeed runs the way that commits go: append, stream, relay, feed.
func TestFeed(t *testing.T) {
	contract.Feed(t, func(t *testing.T) (engine.EventStore, engine.Feed) {
		s := create(t, emulator.MiniStack(t))
		relay := &dynamo.Relay{Feed: s.feed(), Publisher: discard{}}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- emulator.Pump(ctx, s.cfg, s.names.Events, relay.Handle) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		return s.events(), s.feed()
	})
}

// discard is a publisher that nobody listens to.
type discard struct{}

func (discard) Publish(context.Context, []es.Commit) error { return nil }
