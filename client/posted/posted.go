// Package posted reads what a system posts into an outbox instead of sending it to people: its mails and text messages.
package posted

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// Box is an outbox to be read.
type Box interface {
	// To gives what was posted to an address or a phone number, in no order. A text message comes as a mail without a subject.
	To(ctx context.Context, address string) ([]es.Mail, error)
}

// inTable begins the name of an outbox that is a table.
const inTable = "dynamodb:"

// OfStage names the outbox of a deployed stage.
func OfStage(stage string) string {
	return inTable + dynamo.NamesBy(topology.Stage(stage).Name).Outbox
}

// Open finds an outbox: a folder, as a system on one machine has, or a table, as in dynamodb:foldstream-dev-outbox, in the
// account and region of the usual environment of AWS.
func Open(ctx context.Context, where string) (Box, error) {
	table, is := strings.CutPrefix(where, inTable)
	if !is {
		return outbox.Folder(where), nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the account of the outbox %s: %w", where, err)
	}
	return &dynamo.Outbox{Client: dynamodb.NewFromConfig(cfg), Table: table}, nil
}
