// Package topology draws from the declarations what there is to deploy: each Lambda with its trigger and what it may
// touch. The stacks, the build of the Lambdas and the test of their folders all walk this one list.
package topology

import (
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Function is one Lambda. Exactly one of its triggers is set: Route, Queue, Socket, Stream or Schedule.
type Function struct {
	Name     string // unique: its kind and the declaration's name, as "command-take-turn"
	Folder   string // of its main package, from the top of the repository
	Context  string // that declares it; empty for the system's own
	Route    string // of the HTTP API, as "POST /matches/{matchId}/turns"
	Role     string // that the route's caller needs; empty for a route without an authorizer
	Queue    *Queue // whose commits it consumes
	Socket   string // route of the WebSocket API
	Stream   bool   // consumes the stream of the events table
	Schedule bool   // runs now and then
	Grants   []Grant
}

// Queue is a FIFO queue that a consumer reads.
type Queue struct {
	Name       string   // of the consumer
	Categories []string // of the streams whose commits it gets; empty for all
}

// Grant is a permission that a function needs.
type Grant int

// The grants, named by what they allow.
const (
	LoadEvents      Grant = iota + 1 // read streams
	AppendEvents                     // read and append to streams
	SweepEvents                      // read the whole events table
	ReadViews                        // read rows and pages
	WriteViews                       // read and save rows
	WriteFeed                        // append to the feed
	Checkpoint                       // read and advance checkpoints
	Park                             // note and remove parked streams
	NoteTraces                       // add outcomes to traces
	ReadTraces                       // read traces
	HoldConnections                  // add, find and remove connections and subscriptions
	PushMessages                     // send to WebSocket connections
	PublishCommits                   // publish to the topic
	SignTokens                       // sign with the key
	ReadKey                          // read the key's public half
	KnowIssuer                       // be told the URL of the token authority
	SendMail                         // send e-mail
)

// Functions lists the Lambdas of an app, in order of declaration, the system's own last.
func Functions(app *es.App) []Function {
	var all []Function
	for _, c := range app.Contexts {
		for _, d := range c.Commands {
			if !d.IsInternal() {
				all = append(all, command(c, d))
			}
		}
		for _, d := range c.Queries {
			all = append(all, Function{
				Name: "query-" + d.Name, Folder: "functions/query/" + d.Name, Context: c.Name,
				Route: d.Route, Role: d.Role, Grants: []Grant{ReadViews},
			})
		}
		for _, d := range c.Views {
			all = append(all, Function{
				Name: "projector-" + d.Name, Folder: "functions/projector/" + d.Name, Context: c.Name,
				Queue: &Queue{Name: d.Name, Categories: []string{d.Category}}, Grants: []Grant{LoadEvents, WriteViews, Park},
			})
		}
		for _, d := range c.Sagas {
			all = append(all, saga(c, d))
		}
	}
	return append(all, system()...)
}

func command(c es.Context, d *es.CommandDecl) Function {
	f := Function{
		Name: "command-" + d.Name, Folder: "functions/command/" + d.Name, Context: c.Name,
		Route: d.Route, Role: d.Role, Grants: []Grant{AppendEvents, NoteTraces},
	}
	if d.GrantsToken() {
		f.Grants = append(f.Grants, SignTokens, KnowIssuer)
	}
	return f
}

func saga(c es.Context, d *es.Saga) Function {
	f := Function{
		Name: "eventhandler-" + d.Name, Folder: "functions/eventhandler/" + d.Name, Context: c.Name,
		Queue: &Queue{Name: d.Name, Categories: d.Listens}, Grants: []Grant{AppendEvents, Checkpoint, Park},
	}
	if d.Addresses.Aggregate != nil {
		f.Grants = append(f.Grants, SendMail)
	}
	return f
}

// system are the functions that every app has.
func system() []Function {
	grants := map[string][]Grant{
		handler.GetTrace.Name: {ReadTraces}, handler.GetKeys.Name: {ReadKey, KnowIssuer}, handler.Discover.Name: {KnowIssuer}, handler.GetHealth.Name: {LoadEvents},
	}
	var all []Function
	for _, r := range handler.SystemRoutes {
		all = append(all, Function{
			Name: "query-" + r.Name, Folder: "functions/query/" + r.Name, Route: r.Route, Role: r.Role, Grants: grants[r.Name],
		})
	}
	return append(
		all,
		Function{Name: "relay", Folder: "functions/relay", Stream: true, Grants: []Grant{LoadEvents, WriteFeed, PublishCommits}},
		Function{Name: "sweeper", Folder: "functions/sweeper", Schedule: true, Grants: []Grant{LoadEvents, SweepEvents, WriteFeed, PublishCommits}},
		Function{
			Name: engine.NotifierName, Folder: "functions/eventhandler/" + engine.NotifierName, Queue: &Queue{Name: engine.NotifierName},
			Grants: []Grant{LoadEvents, Checkpoint, Park, NoteTraces, HoldConnections, PushMessages},
		},
		Function{Name: "websocket-connect", Folder: "functions/websocket/connect", Socket: "$connect", Grants: []Grant{ReadKey, KnowIssuer, HoldConnections}},
		Function{Name: "websocket-disconnect", Folder: "functions/websocket/disconnect", Socket: "$disconnect", Grants: []Grant{HoldConnections}},
		Function{
			Name: "websocket-default", Folder: "functions/websocket/default", Socket: "$default",
			Grants: []Grant{LoadEvents, HoldConnections, PushMessages},
		},
	)
}

// Queues are the queues of all consumers.
func Queues(app *es.App) []Queue {
	var all []Queue
	for _, f := range Functions(app) {
		if f.Queue != nil {
			all = append(all, *f.Queue)
		}
	}
	return all
}
