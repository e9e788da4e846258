// Package cloud wires Lambdas: each function here takes a declaration, connects it to AWS as the environment says, and
// serves until Lambda ends the process. A Lambda links only what its own wiring needs.
package cloud

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
)

// start serves a handler, with the log as JSON.
func start(handle any) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	lambda.Start(handle)
}

// environment gives a variable of package setting. One that is missing is a fault of the stack, which must show at once.
func environment(name string) string {
	value := os.Getenv(name)
	if value == "" {
		slog.Error("the stack does not set a variable", "name", name)
		os.Exit(1)
	}
	return value
}

func database() *dynamodb.Client { return dynamodb.NewFromConfig(awsconfig.From(os.Getenv)) }

func events(client *dynamodb.Client) *dynamo.EventStore {
	return &dynamo.EventStore{Client: client, Table: environment(setting.EventsTable)}
}

func checkpoints(client *dynamodb.Client) *dynamo.Checkpoints {
	return &dynamo.Checkpoints{Client: client, Table: environment(setting.CheckpointsTable)}
}

func lot(client *dynamodb.Client) *dynamo.ParkingLot {
	return &dynamo.ParkingLot{Client: client, Table: environment(setting.CheckpointsTable)}
}

func views(client *dynamodb.Client) *dynamo.Views {
	return &dynamo.Views{Client: client, Table: environment(setting.ViewsTable)}
}

func traces(client *dynamodb.Client) *dynamo.Traces {
	return &dynamo.Traces{Client: client, Table: environment(setting.TracesTable)}
}

func connections(client *dynamodb.Client) *dynamo.Connections {
	return &dynamo.Connections{Client: client, Table: environment(setting.ConnectionsTable)}
}

// remembered is how many streams' states a warm Lambda keeps.
const remembered = 256

func commands(client *dynamodb.Client) *engine.Commands {
	memory, err := engine.NewMemory(remembered)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &engine.Commands{Store: events(client), Memory: memory}
}
