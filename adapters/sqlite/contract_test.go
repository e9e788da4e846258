package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
)

func open(t *testing.T, options ...sqlite.Option) *sqlite.DB {
	t.Helper()
	return openIn(t, t.TempDir(), options...)
}

func openIn(t *testing.T, dir string, options ...sqlite.Option) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, db) })
	return db
}

func shut(t *testing.T, db *sqlite.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestContract(t *testing.T) {
	t.Run("EventStore", func(t *testing.T) {
		contract.EventStore(t, func(t *testing.T) engine.EventStore { return open(t) })
	})
	t.Run("Eras", func(t *testing.T) {
		contract.Eras(t, func(t *testing.T) contract.Closable {
			db := open(t)
			return contract.Closable{EventStore: db, Feed: db, Books: db}
		})
	})
	t.Run("Fencing", func(t *testing.T) {
		contract.Fencing(t, func(t *testing.T) (engine.EventStore, engine.Leases) {
			db := open(t)
			return db, db
		})
	})
	t.Run("Leases", func(t *testing.T) {
		contract.Leases(t, func(t *testing.T) engine.Leases { return open(t) })
	})
	t.Run("Snapshots", func(t *testing.T) {
		contract.Snapshots(t, func(t *testing.T) engine.Snapshots { return open(t) })
	})
	t.Run("Search", func(t *testing.T) {
		contract.Search(t, func(t *testing.T) engine.Search { return open(t) })
	})
	t.Run("Timers", func(t *testing.T) {
		contract.Timers(t, func(t *testing.T) (engine.Timers, contract.Delivery) {
			r := openReopening(t)
			return r, r.delivery((*sqlite.DB).PollTimers)
		})
	})
	t.Run("Inbox", func(t *testing.T) {
		contract.Inbox(t, func(t *testing.T) (engine.Inbox, contract.Delivery) {
			r := openReopening(t)
			return r, r.delivery((*sqlite.DB).PollInbox)
		})
	})
	t.Run("Feed", func(t *testing.T) {
		contract.Feed(t, func(t *testing.T) (engine.EventStore, engine.Feed) {
			db := open(t)
			return db, db
		})
	})
	t.Run("Importer", func(t *testing.T) {
		contract.Importer(t, func(t *testing.T) contract.Importing {
			db := open(t)
			return contract.Importing{Importer: db, Store: db, Feed: db, Checkpoints: db}
		})
	})
	t.Run("Views", func(t *testing.T) {
		contract.Views(t, func(t *testing.T) engine.Views { return open(t) })
	})
	t.Run("WholeViews", func(t *testing.T) {
		contract.WholeViews(t, func(t *testing.T) engine.WholeViews { return open(t) })
	})
	t.Run("WholeSearch", func(t *testing.T) {
		contract.WholeSearch(t, func(t *testing.T) engine.WholeSearch { return open(t) })
	})
	t.Run("Generations", func(t *testing.T) {
		contract.Generations(t, func(t *testing.T) engine.Generations { return open(t) })
	})
	t.Run("Jobs", func(t *testing.T) {
		contract.Jobs(t, func(t *testing.T) engine.Jobs { return open(t) })
	})
	t.Run("Keys", func(t *testing.T) {
		contract.Keys(t, func(t *testing.T) engine.Keys { return open(t) })
	})
	t.Run("Upkeep", func(t *testing.T) {
		contract.Inbox(t, func(t *testing.T) (engine.Inbox, contract.Delivery) {
			r := openReopening(t)
			return upkeepOf{r}, r.delivery((*sqlite.DB).PollUpkeep)
		})
	})
	t.Run("Checkpoints", func(t *testing.T) {
		contract.Checkpoints(t, func(t *testing.T) engine.Checkpoints { return open(t) })
	})
	t.Run("ParkingLot", func(t *testing.T) {
		contract.ParkingLot(t, func(t *testing.T) engine.ParkingLot { return open(t) })
	})
	t.Run("Traces", func(t *testing.T) {
		contract.Traces(t, func(t *testing.T) engine.Traces { return open(t) })
	})
	t.Run("Connections", func(t *testing.T) {
		contract.Connections(t, func(t *testing.T) engine.Connections { return open(t) })
	})
	t.Run("Transport", func(t *testing.T) {
		contract.Transport(t, func(t *testing.T) contract.Carrier {
			options := []sqlite.Option{sqlite.Retry(50*time.Millisecond, time.Second)}
			for name, categories := range contract.Queues() {
				options = append(options, sqlite.Queue(name, categories...))
			}
			return appending{open(t, options...)}
		})
	})
}

// appending publishes by appending: what is saved is published.
type appending struct{ *sqlite.DB }

func (a appending) Publish(ctx context.Context, commits []es.Commit) error {
	for _, c := range commits {
		head := es.Head{}
		if c.Version > 1 {
			head = es.Commit{Version: c.Version - 1, Events: make([]es.Recorded, 1)}.Head()
		}
		var conflict *engine.Conflict
		if err := a.Append(ctx, es.Draft{Stream: c.Stream, After: head, Events: c.Events, Origin: c.Origin}); err != nil && !errors.As(err, &conflict) {
			return err
		}
	}
	return a.DB.Publish(ctx, commits)
}

// reopening is a folder that can be closed and opened again, with a clock that is moved by hand.
type reopening struct {
	*sqlite.DB
	clock clock
	dir   string
}

func openReopening(t *testing.T) *reopening {
	t.Helper()
	r := &reopening{clock: clock{now: time.Date(2031, time.March, 4, 5, 6, 7, 0, time.UTC)}, dir: t.TempDir()}
	r.DB = openIn(t, r.dir, sqlite.Clock(r.clock.Now))
	return r
}

// delivery says how one of its lists is received.
func (r *reopening) delivery(
	poll func(db *sqlite.DB, ctx context.Context, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (int, error),
) contract.Delivery {
	return contract.Delivery{
		Now: r.clock.Now, Advance: r.clock.advance,
		Receive: func(ctx context.Context, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (int, error) {
			return poll(r.DB, ctx, 0, handle)
		},
		Reopen: func(t *testing.T) {
			shut(t, r.DB)
			r.DB = openIn(t, r.dir, sqlite.Clock(r.clock.Now))
		},
	}
}
