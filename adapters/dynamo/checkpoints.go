package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Checkpoints keeps an item for each consumer and stream. The partition key is the consumer's name, by which a consumer
// can be confined to its own.
type Checkpoints struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Checkpoints = (*Checkpoints)(nil)

func checkpointKey(consumer string, stream es.StreamID) item {
	return item{"consumer": text(consumer), sk: text(string(stream))}
}

// Applied implements [engine.Checkpoints]. It costs a GetItem.
func (c *Checkpoints) Applied(ctx context.Context, consumer string, stream es.StreamID) (uint64, error) {
	doing := fmt.Sprintf("get the checkpoint of %s in %s", consumer, stream)
	out, err := c.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(c.Table), ConsistentRead: aws.Bool(true), Key: checkpointKey(consumer, stream),
	})
	if err != nil {
		return 0, failed(doing, err)
	}
	version, err := numberOf(out.Item, "version")
	if err != nil {
		return 0, &es.Fault{Doing: doing, Err: err}
	}
	return version, nil
}

// Advance implements [engine.Checkpoints]. It costs a PutItem.
func (c *Checkpoints) Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	i := checkpointKey(consumer, stream)
	i["version"] = number(now)
	p := &types.Put{TableName: aws.String(c.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(consumer)")}
	if was > 0 {
		p.ConditionExpression = aws.String("version = :was")
		p.ExpressionAttributeValues = item{":was": number(was)}
	}
	_, refused, err := put(ctx, c.Client, p)
	return saved(fmt.Sprintf("advance %s in %s", consumer, stream), refused, err)
}

// ParkingLot keeps its notes in the table of checkpoints, all in the partition [ParkingPartition].
type ParkingLot struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.ParkingLot = (*ParkingLot)(nil)

// ParkingPartition is the partition key of parked streams in the table of checkpoints. It is no consumer's name.
const ParkingPartition = "#parked"

func parkedKey(consumer string, stream es.StreamID) item {
	return item{"consumer": text(ParkingPartition), sk: text(consumer + "/" + string(stream))}
}

// Park implements [engine.ParkingLot]. It costs a GetItem and a PutItem.
func (l *ParkingLot) Park(ctx context.Context, p engine.Parked) error {
	doing := fmt.Sprintf("park %s for %s", p.Stream, p.Consumer)
	out, err := l.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(l.Table), ConsistentRead: aws.Bool(true), Key: parkedKey(p.Consumer, p.Stream),
	})
	if err != nil {
		return failed(doing, err)
	}
	if len(out.Item) > 0 {
		was, err := parkedOf(out.Item)
		if err != nil {
			return err
		}
		p = p.Behind(was)
	}
	note, err := es.Encode(p)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	i := parkedKey(p.Consumer, p.Stream)
	i["note"] = text(string(note))
	if _, err := l.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(l.Table), Item: i}); err != nil {
		return failed(doing, err)
	}
	return nil
}

// Unpark implements [engine.ParkingLot]. It costs a DeleteItem.
func (l *ParkingLot) Unpark(ctx context.Context, consumer string, stream es.StreamID) error {
	_, err := l.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(l.Table), Key: parkedKey(consumer, stream)})
	if err != nil {
		return failed(fmt.Sprintf("unpark %s for %s", stream, consumer), err)
	}
	return nil
}

// Parked implements [engine.ParkingLot]. It costs a Query for each megabyte.
func (l *ParkingLot) Parked(ctx context.Context) ([]engine.Parked, error) {
	found, err := queryAll(ctx, l.Client, l.Table, "consumer", ParkingPartition)
	if err != nil {
		return nil, failed("list what is parked", err)
	}
	var all []engine.Parked
	for _, i := range found {
		p, err := parkedOf(i)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b engine.Parked) int {
		return cmp.Or(cmp.Compare(a.Consumer, b.Consumer), cmp.Compare(a.Stream, b.Stream))
	})
	return all, nil
}

func parkedOf(i item) (p engine.Parked, err error) {
	if err := es.Decode([]byte(textOf(i, "note")), &p); err != nil {
		return p, &es.Fault{Doing: "read the note " + textOf(i, sk), Err: err}
	}
	return p, nil
}

// queryAll reads all items with a partition key, in order.
func queryAll(ctx context.Context, client *dynamodb.Client, table, hash, value string) ([]item, error) {
	pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		TableName: aws.String(table), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(hash + " = :value"), ExpressionAttributeValues: item{":value": text(value)},
	})
	var all []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
	}
	return all, nil
}
