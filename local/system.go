package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/adapters/keyfile"
	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

// Config says what to run and where.
type Config struct {
	App       *es.App
	Address   string // to listen on, as "127.0.0.1:8080"
	Data      string // folder of the store, the key and the outbox; made when it is not there
	World     engine.World
	PublicURL string // that people reach the API by, and that tokens are issued under; empty for the address
	// Provider issues the tokens in place of an authority of our own; none by default.
	Provider token.Provider
}

// System is an app on its embedded store.
type System struct {
	Config
	Store        *sqlite.DB
	Commands     *engine.Commands
	Authority    *token.Authority // nil when somebody else issues the tokens
	Installation *engine.Installation
	Consumers    map[string]*engine.Consumer // by name, those that can park
	snapshots    *engine.Snapshotter
	errands      *engine.Errands
	upkeep       *engine.Upkeep
	turns        *engine.Turns
	gate         *engine.Gate
	seals        *engine.Seals
	hub          *hub
	tokens       handler.Tokens
}

const (
	remembered = 10_000 // streams whose states are kept in memory
	mailFrom   = "Foldstream <no-reply@example.com>"
)

// Open opens the store in the data folder. Only one process at a time may serve it; others may open it beside that one,
// to look or to repair, with serving false.
func Open(config Config, serving bool) (*System, error) {
	options := []sqlite.Option{sqlite.Clock(config.World.Time)}
	for _, q := range topology.Queues(config.App) {
		options = append(options, sqlite.Queue(q.Name, q.Categories...))
	}
	if !serving {
		options = append(options, sqlite.Guest())
	}
	store, err := sqlite.Open(config.Data, options...)
	if err != nil {
		return nil, err
	}
	memory, err := engine.NewMemory(remembered)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	secrets, err := keyfile.OpenSecret(filepath.Join(config.Data, "secret.key"))
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	box, err := outbox.Open(filepath.Join(config.Data, "outbox"), mailFrom)
	if err == nil && serving {
		err = box.Make()
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	seals := engine.NewSeals(store, 0)
	s := &System{
		Config: config, Store: store, hub: newHub(), seals: seals,
		Commands: &engine.Commands{
			Store: seals.Store(store), Memory: memory, Snapshots: store, Leases: store, Inbox: store, Secrets: secrets, World: config.World,
		},
		turns: &engine.Turns{Generations: store}, gate: &engine.Gate{Moves: store},
	}
	if err := s.trust(); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s.errands = &engine.Errands{Commands: s.Commands, Find: config.App.Command, Gate: s.gate}
	if s.snapshots, err = engine.NewSnapshotter(s.Commands, config.App.Folders()); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s.install(box)
	return s, nil
}

// Close closes the store.
func (s *System) Close() error { return s.Store.Close() }

type batchHandler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// workers is how many batches of one queue are handled at once: a stream is in one of them only.
const workers = 2

// consume brings commits to all consumers, and runs errands, until the context ends.
func (s *System) consume(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	work := func(name string, workers int, poll pollFunc, handle batchHandler) {
		for range workers {
			all.Go(func() error { return keepPolling(ctx, name, poll, handle) })
		}
	}
	queue := func(name string, workers int, to handler.Deliverer) {
		poll := func(ctx context.Context, wait time.Duration, handle batchHandler) (int, error) {
			return s.Store.Poll(ctx, name, wait, handle)
		}
		work(name, workers, poll, handler.Consumer{Name: name, To: to}.Handle)
	}
	for name, c := range s.Consumers {
		if view := s.Installation.View(name); view != nil && view.Global {
			queue(name, 1, engine.Global{Consumer: c}) // there is one feed: a second worker would only compete
			continue
		}
		queue(name, workers, c)
	}
	for _, q := range topology.Queues(s.App) {
		if q.Name == engine.SnapshotterName {
			queue(q.Name, 1, s.snapshots)
		}
	}
	work(engine.TimersName, workers, s.Store.PollTimers, handler.Errands{Errands: s.errands}.Handle)
	work(engine.InboxName, workers, s.Store.PollInbox, handler.Errands{Errands: s.errands}.Handle)
	work(engine.UpkeepName, workers, s.Store.PollUpkeep, handler.Errands{Errands: s.upkeep}.Handle)
	all.Go(func() error { return s.herald(ctx) })
	if err := all.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("consume: %w", err)
	}
	return nil
}

type pollFunc = func(ctx context.Context, wait time.Duration, handle batchHandler) (int, error)

// keepPolling hands over a queue's batches. A failure of the store is logged and tried again: the messages wait.
func keepPolling(ctx context.Context, queue string, poll pollFunc, handle batchHandler) error {
	for ctx.Err() == nil {
		if _, err := poll(ctx, time.Minute, handle); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "polling failed", "queue", queue, "error", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
	return nil
}
