package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Names are the names of the tables.
type Names struct{ Events, Feed, Views, Checkpoints, Traces, Connections, Leases, Snapshots, Directory, Keys, Outbox string }

// NamesBy are the names that somebody gives to the tables, told what each is for.
func NamesBy(name func(thing string) string) Names {
	return Names{
		Events: name("events"), Feed: name("feed"), Views: name("views"), Checkpoints: name("checkpoints"), Traces: name("traces"),
		Connections: name("connections"), Leases: name("leases"), Snapshots: name("snapshots"),
		Directory: name("directory"), Keys: name("keys"), Outbox: name("outbox"),
	}
}

// Table describes a table: all that CloudFormation or CreateTable need to know, so that it is said once. Tables are billed
// on demand.
type Table struct {
	Name        string
	Hash, Range Key
	Expires     string // attribute with the time to live, in seconds since 1970; empty for none
	Stream      bool   // with new images
	Forgets     bool   // what is deleted must be gone: there is no point-in-time recovery
}

// Key is an attribute of a table's primary key.
type Key struct {
	Name   string
	Number bool // else it is a string
}

// The key and expiry attributes of the tables that hold items of several kinds.
const (
	pk      = "pk"
	sk      = "sk"
	expires = "expires"
)

// Tables describes the tables of these names.
func (n Names) Tables() []Table {
	return []Table{
		{Name: n.Events, Hash: Key{Name: "aggregateId"}, Range: Key{Name: "version", Number: true}, Stream: true},
		{Name: n.Feed, Hash: Key{Name: pk}, Range: Key{Name: "position", Number: true}},
		{Name: n.Views, Hash: Key{Name: pk}, Range: Key{Name: sk}},
		{Name: n.Checkpoints, Hash: Key{Name: "consumer"}, Range: Key{Name: sk}},
		{Name: n.Traces, Hash: Key{Name: "traceId"}, Range: Key{Name: sk}, Expires: expires},
		{Name: n.Connections, Hash: Key{Name: pk}, Range: Key{Name: sk}, Expires: expires},
		{Name: n.Leases, Hash: Key{Name: "lease"}, Range: Key{Name: sk}},
		{Name: n.Snapshots, Hash: Key{Name: "aggregateId"}, Range: Key{Name: "fold"}},
		{Name: n.Directory, Hash: Key{Name: pk}, Range: Key{Name: sk}},
		{Name: n.Keys, Hash: Key{Name: "subject"}, Range: Key{Name: sk}, Forgets: true},
		{Name: n.Outbox, Hash: Key{Name: "recipient"}, Range: Key{Name: "id"}, Expires: expires},
	}
}

// CreateTables creates the tables of these names and waits until they can be used. Tables that are there are left as they
// are. It is for tests and emulators; stacks create the tables on AWS.
func CreateTables(ctx context.Context, client *dynamodb.Client, names Names) error {
	for _, table := range names.Tables() {
		if err := create(ctx, client, table); err != nil {
			return fmt.Errorf("create table %s: %w", table.Name, err)
		}
	}
	return nil
}

func create(ctx context.Context, client *dynamodb.Client, table Table) error {
	input := &dynamodb.CreateTableInput{
		TableName: aws.String(table.Name), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{table.Hash.definition(), table.Range.definition()},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(table.Hash.Name), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(table.Range.Name), KeyType: types.KeyTypeRange},
		},
	}
	if table.Stream {
		input.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage}
	}
	var exists *types.ResourceInUseException
	if _, err := client.CreateTable(ctx, input); errors.As(err, &exists) {
		return nil
	} else if err != nil {
		return err
	}
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 2*time.Second
	})
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table.Name)}, time.Minute); err != nil {
		return err
	}
	if table.Expires == "" {
		return nil
	}
	_, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String(table.Name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(table.Expires), Enabled: aws.Bool(true)},
	})
	return err
}

func (k Key) definition() types.AttributeDefinition {
	kind := types.ScalarAttributeTypeS
	if k.Number {
		kind = types.ScalarAttributeTypeN
	}
	return types.AttributeDefinition{AttributeName: aws.String(k.Name), AttributeType: kind}
}
