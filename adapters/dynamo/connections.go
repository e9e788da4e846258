package dynamo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Connections keeps a connection in the partition of its id, with an item for each of its subscriptions, and copies of it
// in the partitions of its user and of the topics that it is subscribed to. So each look-up is one consistent Query.
// API Gateway ends a connection after two hours; what is left of it by then expires.
type Connections struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Connections = (*Connections)(nil)

const connectionLife = 3 * time.Hour

const self = "self" // sort key of the connection itself; those of subscriptions are partitions of topics

func ofConnection(id string) string     { return "connection/" + id }
func ofUser(user string) string         { return "user/" + user }
func ofTopic(topic engine.Topic) string { return "topic/" + string(topic) }
func keyOf(partition, sort string) item { return item{pk: text(partition), sk: text(sort)} }
func (c *Connections) name() *string    { return aws.String(c.Table) }
func (c *Connections) put(i item) *types.Put {
	return &types.Put{TableName: c.name(), Item: i}
}

// itemOf makes a connection an item of a partition.
func itemOf(c engine.Connection, partition, sort string) item {
	i := keyOf(partition, sort)
	i["connectionId"], i["user"], i["roles"] = text(c.ID), text(c.User), text(strings.Join(c.Roles, " "))
	i["opened"], i["tokenExpires"] = text(c.Opened.UTC().Format(timeFormat)), text(c.Expires.UTC().Format(timeFormat))
	i[expires] = number(time.Now().Add(connectionLife).Unix())
	return i
}

func connectionOf(i item) (engine.Connection, error) {
	c := engine.Connection{ID: textOf(i, "connectionId"), User: textOf(i, "user")}
	if roles := textOf(i, "roles"); roles != "" {
		c.Roles = strings.Split(roles, " ")
	}
	var err error
	if c.Opened, err = time.Parse(timeFormat, textOf(i, "opened")); err == nil {
		c.Expires, err = time.Parse(timeFormat, textOf(i, "tokenExpires"))
	}
	if err != nil {
		return engine.Connection{}, &es.Fault{Doing: "read the connection " + c.ID, Err: err}
	}
	return c, nil
}

// Connect implements [engine.Connections]. It costs a TransactWriteItems of two items.
func (c *Connections) Connect(ctx context.Context, connection engine.Connection) error {
	_, err := transact(ctx, c.Client, []types.TransactWriteItem{
		{Put: c.put(itemOf(connection, ofConnection(connection.ID), self))},
		{Put: c.put(itemOf(connection, ofUser(connection.User), connection.ID))},
	})
	if err != nil {
		return failed("keep the connection "+connection.ID, err)
	}
	return nil
}

// Disconnect implements [engine.Connections]. It costs a Query, and a BatchWriteItem for each 25 items that there were.
func (c *Connections) Disconnect(ctx context.Context, id string) error {
	doing := "forget the connection " + id
	own, err := queryAll(ctx, c.Client, c.Table, pk, ofConnection(id))
	if err != nil {
		return failed(doing, err)
	}
	// The copies go first: when this fails half-way, what is left says what is to be done the next time.
	var copies, originals []types.WriteRequest
	for _, i := range own {
		partition := textOf(i, sk)
		if partition == self {
			partition = ofUser(textOf(i, "user"))
		}
		copies = append(copies, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(partition, id)}})
		originals = append(originals, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(ofConnection(id), textOf(i, sk))}})
	}
	for _, writes := range [][]types.WriteRequest{copies, originals} {
		if err := writeAll(ctx, c.Client, c.Table, writes); err != nil {
			return failed(doing, err)
		}
	}
	return nil
}

// Connection implements [engine.Connections]. It costs a GetItem.
func (c *Connections) Connection(ctx context.Context, id string) (engine.Connection, error) {
	out, err := c.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: c.name(), ConsistentRead: aws.Bool(true), Key: keyOf(ofConnection(id), self),
	})
	if err != nil {
		return engine.Connection{}, failed("find the connection "+id, err)
	}
	if len(out.Item) == 0 {
		return engine.Connection{}, fmt.Errorf("find the connection %s: %w", id, engine.ErrGone)
	}
	return connectionOf(out.Item)
}

// OfUser implements [engine.Connections]. It costs a Query.
func (c *Connections) OfUser(ctx context.Context, user string) ([]engine.Connection, error) {
	return c.in(ctx, ofUser(user))
}

// OfTopic implements [engine.Connections]. It costs a Query for each megabyte.
func (c *Connections) OfTopic(ctx context.Context, topic engine.Topic) ([]engine.Connection, error) {
	return c.in(ctx, ofTopic(topic))
}

func (c *Connections) in(ctx context.Context, partition string) ([]engine.Connection, error) {
	found, err := queryAll(ctx, c.Client, c.Table, pk, partition)
	if err != nil {
		return nil, failed("find the connections of "+partition, err)
	}
	var connections []engine.Connection
	for _, i := range found {
		connection, err := connectionOf(i)
		if err != nil {
			return nil, err
		}
		connections = append(connections, connection)
	}
	return connections, nil
}

// Subscribe implements [engine.Connections]; [engine.ErrGone] if the connection is not there. It costs a GetItem, and a
// TransactWriteItems of three items.
func (c *Connections) Subscribe(ctx context.Context, id string, topic engine.Topic) error {
	connection, err := c.Connection(ctx, id)
	if err != nil {
		return err
	}
	refused, err := transact(ctx, c.Client, []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{
			TableName: c.name(), Key: keyOf(ofConnection(id), self), ConditionExpression: aws.String("attribute_exists(pk)"),
		}},
		{Put: c.put(itemOf(connection, ofConnection(id), ofTopic(topic)))},
		{Put: c.put(itemOf(connection, ofTopic(topic), id))},
	})
	doing := fmt.Sprintf("subscribe %s to %s", id, topic)
	switch {
	case err != nil:
		return failed(doing, err)
	case len(refused) > 0:
		return fmt.Errorf("%s: %w", doing, engine.ErrGone)
	default:
		return nil
	}
}

// Unsubscribe implements [engine.Connections]. It costs a BatchWriteItem of two items.
func (c *Connections) Unsubscribe(ctx context.Context, id string, topic engine.Topic) error {
	err := writeAll(ctx, c.Client, c.Table, []types.WriteRequest{
		{DeleteRequest: &types.DeleteRequest{Key: keyOf(ofTopic(topic), id)}},
		{DeleteRequest: &types.DeleteRequest{Key: keyOf(ofConnection(id), ofTopic(topic))}},
	})
	if err != nil {
		return failed(fmt.Sprintf("unsubscribe %s from %s", id, topic), err)
	}
	return nil
}
