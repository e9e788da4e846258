// Package cloud serves Lambdas. By itself it needs DynamoDB and nothing else of AWS; its subpackages give options that need
// more: a Lambda links, and initialises at each cold start, every service's client that a package of its own imports.
package cloud

import (
	"os"

	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Command serves a declared command.
func Command(decl *es.CommandDecl, options ...wiring.Option) {
	client, parts := wiring.Database(), wiring.Gather(options)
	command := &handler.Command{
		Decl: decl, Commands: wiring.Commands(client, parts), Traces: wiring.Traces(client), Authority: parts.Authority,
	}
	wiring.Route(wiring.Moving(client).Command(command.Handle))
}

// Query serves a declared query.
func Query(decl *es.QueryDecl, options ...wiring.Option) {
	client := wiring.Database()
	live := engine.Live{Views: wiring.Views(client), Search: wiring.Gather(options).Search, Turns: wiring.Turns(client)}
	wiring.Route(wiring.Moving(client).Query((&handler.Query{Decl: decl, Views: live, Search: live}).Handle))
}

// Trace serves [handler.GetTrace].
func Trace(options ...wiring.Option) {
	client := wiring.Database()
	trace := handler.Trace(wiring.Seals(client, wiring.Gather(options)).Traces(wiring.Traces(client)))
	wiring.Route(wiring.Moving(client).Trace(trace))
}

// Health serves [handler.GetHealth].
func Health() { wiring.Start(handler.Health(wiring.Events(wiring.Database()))) }

// System serves [handler.GetSystem].
func System() {
	wiring.Start(handler.System(handler.SystemAnswer{
		Stage: wiring.Environment(setting.Stage), WebSocketURL: wiring.Environment(setting.WebSocketURL),
		Issuer: wiring.Environment(setting.Issuer), Search: os.Getenv(setting.Searches) == "true",
	}))
}

// Projector serves the queue of a declared view.
func Projector(view *es.ViewDecl, options ...wiring.Option) {
	client, parts := wiring.Database(), wiring.Gather(options)
	seals := wiring.Seals(client, parts)
	projector := &engine.Projector{View: view, Views: wiring.Views(client), Search: parts.Search, Turns: wiring.Turns(client)}
	if view.Global {
		follower := engine.NewGlobal(projector, seals.Feed(wiring.Feed(client)), wiring.Checkpoints(client), wiring.Lot(client), engine.World{})
		wiring.Serve(view.Name, follower)
		return
	}
	events := seals.Store(wiring.Events(client))
	projector.Store = events
	wiring.Serve(view.Name, &engine.Consumer{Name: view.Name, Store: events, Lot: wiring.Lot(client), Handler: projector})
}

// EventHandler serves the queue of a declared saga.
func EventHandler(decl *es.Saga, options ...wiring.Option) {
	client, parts := wiring.Database(), wiring.Gather(options)
	saga := &engine.Saga{
		Decl: decl, Commands: wiring.Commands(client, parts), Timers: parts.Timers, Mailer: parts.Mailer, Texter: parts.Texter,
	}
	wiring.Serve(decl.Name, saga.Consumer(wiring.Checkpoints(client), wiring.Lot(client)))
}

// Listener serves the queue of a declared listener.
func Listener(decl *es.Listener, options ...wiring.Option) {
	client, parts := wiring.Database(), wiring.Gather(options)
	listener := &engine.Listener{Decl: decl, Commands: wiring.Commands(client, parts), Timers: parts.Timers}
	wiring.Serve(decl.Name, listener.Consumer(wiring.Checkpoints(client), wiring.Lot(client)))
}

// Snapshots serves the queue of the snapshotter, for all aggregates with snapshots.
func Snapshots(folders ...es.Folder) {
	snapshotter, err := engine.NewSnapshotter(wiring.Commands(wiring.Database(), wiring.Parts{}), folders)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	wiring.Serve(engine.SnapshotterName, snapshotter)
}

// Errands serves a queue of errands: timers, or the inbox of single writers.
func Errands(app *es.App, options ...wiring.Option) {
	client := wiring.Database()
	errands := &engine.Errands{
		Commands: wiring.Commands(client, wiring.Gather(options)), Find: app.Command, Gate: wiring.Gate(client),
	}
	wiring.Start(handler.Errands{Errands: errands}.Handle)
}

// Disconnect serves the WebSocket API's $disconnect route.
func Disconnect() {
	wiring.Start((&handler.WebSocket{Connections: wiring.Connections(wiring.Database())}).Handle)
}
