package wiring

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// Gate tells where the store is moving; nil for a stage that cannot move, which it costs nothing.
func Gate(client *dynamodb.Client) *engine.Gate {
	table := os.Getenv(setting.MovesTable)
	if table == "" {
		return nil
	}
	return &engine.Gate{Moves: &dynamo.Moves{Client: client, Table: table}}
}

// Moving sends on what is asked of a store that moves.
func Moving(client *dynamodb.Client) *handler.Moving { return &handler.Moving{Gate: Gate(client)} }
