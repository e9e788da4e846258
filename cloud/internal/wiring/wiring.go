// Package wiring connects the ports of Lambdas to AWS, as the environment says.
package wiring

import (
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/observe"
	"github.com/foldstream/foldstream/internal/redact"
)

// Start serves a Lambda's handler until Lambda ends the process, with the log as JSON, without what is secret or personal.
func Start[In, Out any](handle func(context.Context, In) (Out, error)) {
	slog.SetDefault(logger(os.Stdout).With("function", os.Getenv("AWS_LAMBDA_FUNCTION_NAME")))
	lambda.Start(watch(inTime(handle)))
}

// logger is also the one that package log writes to, by which Lambda's runtime says how invocations failed.
func logger(to io.Writer) *slog.Logger {
	return slog.New(observe.Log(slog.NewJSONHandler(to, &slog.HandlerOptions{ReplaceAttr: redact.Attr})))
}

// Environment gives a variable of package setting. One that is missing is a fault of the stack, which must show at once.
func Environment(name string) string {
	value := os.Getenv(name)
	if value == "" {
		slog.Error("the stack does not set a variable", "name", name)
		os.Exit(1)
	}
	return value
}

// Config is the configuration of AWS clients.
func Config() aws.Config { return awsconfig.From(os.Getenv) }

// Database is a client of DynamoDB, to which the ports below belong.
func Database() *dynamodb.Client { return dynamodb.NewFromConfig(Config()) }

// Events is the event store.
func Events(client *dynamodb.Client) *dynamo.EventStore {
	return &dynamo.EventStore{Client: client, Table: Environment(setting.EventsTable), Leases: os.Getenv(setting.LeasesTable), Moves: os.Getenv(setting.MovesTable)}
}

// Seals seal and open what is personal; nil for who has nothing to do with that.
func Seals(client *dynamodb.Client, parts Parts) *engine.Seals {
	if parts.DataKeys == nil {
		return nil
	}
	return engine.NewSeals(Keys(client, parts), 0)
}

// Keys are those of subjects.
func Keys(client *dynamodb.Client, parts Parts) *dynamo.Keys {
	return &dynamo.Keys{Client: client, Table: Environment(setting.KeysTable), DataKeys: parts.DataKeys}
}

// Inventory lists what is in the tables.
func Inventory(client *dynamodb.Client) dynamo.Inventory {
	return dynamo.Inventory{
		Client: client, Events: Environment(setting.EventsTable), Snapshots: Environment(setting.SnapshotsTable),
		Connections: Environment(setting.ConnectionsTable),
	}
}

// Checkpoints are those of all consumers.
func Checkpoints(client *dynamodb.Client) *dynamo.Checkpoints {
	return &dynamo.Checkpoints{Client: client, Table: Environment(setting.CheckpointsTable)}
}

// Lot holds what is parked.
func Lot(client *dynamodb.Client) *dynamo.ParkingLot {
	return &dynamo.ParkingLot{Client: client, Table: Environment(setting.CheckpointsTable)}
}

// Views holds the rows of all views.
func Views(client *dynamodb.Client) *dynamo.Views {
	return &dynamo.Views{Client: client, Table: Environment(setting.ViewsTable)}
}

// Turns says which generations of views to read and to write.
func Turns(client *dynamodb.Client) *engine.Turns {
	return &engine.Turns{Generations: Generations(client)}
}

// Generations says which generations views have, as it is just now.
func Generations(client *dynamodb.Client) *dynamo.Generations {
	return &dynamo.Generations{Client: client, Table: Environment(setting.ViewsTable)}
}

// Traces holds the outcomes of all traces.
func Traces(client *dynamodb.Client) *dynamo.Traces {
	return &dynamo.Traces{Client: client, Table: Environment(setting.TracesTable)}
}

// Connections holds who is connected.
func Connections(client *dynamodb.Client) *dynamo.Connections {
	return &dynamo.Connections{Client: client, Table: Environment(setting.ConnectionsTable)}
}

// remembered is how many streams' states a warm Lambda keeps.
const remembered = 256

// Feed is all commits in one order.
func Feed(client *dynamodb.Client) *dynamo.Feed {
	return &dynamo.Feed{Client: client, Table: Environment(setting.FeedTable), Events: Events(client)}
}

// Catalogue is the app's, as the stack tells it: linking the app for its names would cost every cold start the weight of all
// that its decisions need.
func Catalogue() es.Catalogue {
	var c es.Catalogue
	if err := es.Decode([]byte(Environment(setting.Catalogue)), &c); err != nil {
		panic(err) // a fault of the stack, which must show at once
	}
	return c
}

// Directory is where the streams that begin are noted.
func Directory(client *dynamodb.Client) *dynamo.Directory {
	return &dynamo.Directory{Client: client, Table: Environment(setting.DirectoryTable)}
}

// Commands executes commands. It has snapshots and leases if the stack says where they are.
func Commands(client *dynamodb.Client, parts Parts) *engine.Commands {
	memory, err := engine.NewMemory(remembered)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	c := &engine.Commands{Memory: memory, Inbox: parts.Inbox, Secrets: parts.Secrets}
	if os.Getenv(setting.EventsTable) != "" { // else it only queues commands
		c.Store = Seals(client, parts).Store(Events(client))
	}
	if table := os.Getenv(setting.SnapshotsTable); table != "" {
		c.Snapshots = &dynamo.Snapshots{Client: client, Table: table}
	}
	if table := os.Getenv(setting.LeasesTable); table != "" {
		c.Leases = &dynamo.Leases{Client: client, Table: table}
	}
	return c
}

// Serve serves the queue of a consumer.
func Serve(name string, to handler.Deliverer) {
	Start(handler.Consumer{Name: name, To: to}.Handle)
}
