package cloud

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Views serves [handler.ListViews].
func Views(app *es.App, options ...wiring.Option) {
	client := wiring.Database()
	wiring.Route(handler.Views(&engine.Overview{
		App: app, Generations: wiring.Generations(client), Checkpoints: wiring.Checkpoints(client), Backlogs: wiring.Gather(options).Backlogs,
		Feed: &dynamo.Feed{Client: client, Table: wiring.Environment(setting.FeedTable)}, // of which only the end is read
	}))
}

// Parked serves [handler.ListParked].
func Parked() { wiring.Route(handler.Parked(wiring.Lot(wiring.Database()))) }

// Jobs serves [handler.ListJobs].
func Jobs() { wiring.Route(handler.Jobs(jobs(wiring.Database()))) }

// Action serves one of [handler.AdminActions].
func Action(app *es.App, route handler.SystemRoute, options ...wiring.Option) {
	client := wiring.Database()
	desk := &engine.Desk{App: app, Jobs: jobs(client), Queue: wiring.Gather(options).Upkeep}
	switch route {
	case handler.ReturnView:
		desk.Generations = wiring.Generations(client)
	case handler.RetryParked, handler.SkipParked:
		desk.Lot = wiring.Lot(client)
	}
	wiring.Route(handler.Action(route, desk))
}

// Upkeep serves the queue of jobs.
func Upkeep(app *es.App, options ...wiring.Option) {
	client, parts := wiring.Database(), wiring.Gather(options)
	i := &engine.Installation{
		App: app, Commands: wiring.Commands(client, parts), Stored: wiring.Events(client), Feed: wiring.Feed(client), Seals: wiring.Seals(client, parts), Views: wiring.Views(client), Search: parts.Search,
		Generations: wiring.Generations(client), Checkpoints: wiring.Checkpoints(client), Lot: wiring.Lot(client),
		Timers: parts.Timers, Mailer: parts.Mailer, Texter: parts.Texter, Turns: wiring.Turns(client),
		Inventory: wiring.Inventory(client), Connections: wiring.Connections(client), Agenda: parts.Agenda,
	}
	if i.Seals != nil {
		i.Keys = wiring.Keys(client, parts)
	}
	if parts.Archive != nil {
		whole := engine.Federate(parts.Archive, engine.FederationBytes)
		i.Stored, i.Feed = whole.Store(i.Stored), whole.Feed(i.Feed)
	}
	notifier := &engine.Notifier{
		Traces: wiring.Traces(client), Seals: i.Seals, Connections: i.Connections, Pusher: parts.Pusher, IsPrivate: app.Catalogue().IsPrivate,
	}
	consumers := i.Consumers()
	consumers[engine.NotifierName] = notifier.Consumer(i.Stored, i.Checkpoints, i.Lot)
	desk := engine.Desk{App: app, Jobs: jobs(client), Queue: parts.Upkeep, Generations: i.Generations, Lot: i.Lot}
	wiring.Start(handler.Errands{Errands: &engine.Upkeep{
		Desk: desk, Rebuild: i.Rebuild, Forget: i.Forget, Verify: i.Verify, Consumers: consumers,
	}}.Handle)
}

func jobs(client *dynamodb.Client) *dynamo.Jobs {
	return &dynamo.Jobs{Client: client, Table: wiring.Environment(setting.TracesTable)}
}
