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
	App     *es.App
	Address string // to listen on, as "127.0.0.1:8080"
	Data    string // folder of the store, the key and the outbox; made when it is not there
	World   engine.World
}

// System is an app on its embedded store.
type System struct {
	Config
	Store     *sqlite.DB
	Commands  *engine.Commands
	Authority *token.Authority
	Consumers map[string]*engine.Consumer // by name
	hub       *hub
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
	signer, err := keyfile.Open(filepath.Join(config.Data, "signing-key.pem"))
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	memory, err := engine.NewMemory(remembered)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	mailer, err := outbox.Open(filepath.Join(config.Data, "outbox"), mailFrom)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s := &System{
		Config: config, Store: store, hub: newHub(),
		Commands:  &engine.Commands{Store: store, Memory: memory, World: config.World},
		Authority: &token.Authority{Signer: signer, World: config.World},
		Consumers: map[string]*engine.Consumer{},
	}
	s.consumers(mailer)
	return s, nil
}

func (s *System) consumers(mailer engine.Mailer) {
	add := func(c *engine.Consumer) { s.Consumers[c.Name] = c }
	for _, view := range s.App.Views() {
		add(&engine.Consumer{
			Name: view.Name, Store: s.Store, Lot: s.Store, World: s.World, Handler: &engine.Projector{View: view, Views: s.Store},
		})
	}
	for _, decl := range s.App.Sagas() {
		saga := &engine.Saga{Decl: decl, Commands: s.Commands, Mailer: mailer}
		add(saga.Consumer(s.Store, s.Store))
	}
	notifier := &engine.Notifier{Traces: s.Store, Connections: s.Store, Pusher: s.hub, IsPrivate: s.App.IsPrivate, World: s.World}
	add(notifier.Consumer(s.Store, s.Store, s.Store))
}

// Close closes the store.
func (s *System) Close() error { return s.Store.Close() }

type batchHandler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// workers is how many batches of one queue are handled at once: a stream is in one of them only.
const workers = 2

// consume brings commits to all consumers until the context ends.
func (s *System) consume(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	for name, c := range s.Consumers {
		handle := handler.Consumer{Consumer: c}.Handle
		for range workers {
			all.Go(func() error { return s.poll(ctx, name, handle) })
		}
	}
	if err := all.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("consume: %w", err)
	}
	return nil
}

// poll hands over a queue's batches. A failure of the store is logged and tried again: the messages wait.
func (s *System) poll(ctx context.Context, queue string, handle batchHandler) error {
	for ctx.Err() == nil {
		if _, err := s.Store.Poll(ctx, queue, time.Minute, handle); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "polling failed", "queue", queue, "error", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
	return nil
}
