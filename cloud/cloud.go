// Package cloud serves Lambdas that need DynamoDB and nothing else of AWS. Its subpackages serve those that need more: a
// Lambda links, and initialises at each cold start, every service's client that a package of its own imports.
package cloud

import (
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Command serves a declared command that grants no token.
func Command(decl *es.CommandDecl) {
	client := wiring.Database()
	wiring.Start((&handler.Command{Decl: decl, Commands: wiring.Commands(client), Traces: wiring.Traces(client)}).Handle)
}

// Query serves a declared query.
func Query(decl *es.QueryDecl) {
	wiring.Start((&handler.Query{Decl: decl, Views: wiring.Views(wiring.Database())}).Handle)
}

// Trace serves [handler.GetTrace].
func Trace() { wiring.Start(handler.Trace(wiring.Traces(wiring.Database()))) }

// Health serves [handler.GetHealth].
func Health() { wiring.Start(handler.Health(wiring.Events(wiring.Database()))) }

// Projector serves the queue of a declared view.
func Projector(view *es.ViewDecl) {
	client := wiring.Database()
	consumer := &engine.Consumer{
		Name: view.Name, Store: wiring.Events(client), Lot: wiring.Lot(client),
		Handler: &engine.Projector{View: view, Views: wiring.Views(client)},
	}
	wiring.Start(handler.Consumer{Consumer: consumer}.Handle)
}

// EventHandler serves the queue of a declared saga that posts no mail.
func EventHandler(decl *es.Saga) { wiring.ServeSaga(decl, nil) }

// Disconnect serves the WebSocket API's $disconnect route.
func Disconnect() {
	wiring.Start((&handler.WebSocket{Connections: wiring.Connections(wiring.Database())}).Handle)
}
