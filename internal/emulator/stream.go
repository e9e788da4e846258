package emulator

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// StreamHandler is a Lambda that a table's stream triggers.
type StreamHandler = func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error)

// Pump brings a table's stream to a handler, from its beginning until the context ends, as Lambda's event source mapping
// would, but that it retries for ever. The handler's own failures are no reason to end.
func Pump(ctx context.Context, cfg aws.Config, table string, handle StreamHandler) error {
	s := shard{client: dynamodbstreams.NewFromConfig(cfg), handle: handle}
	err := s.pump(ctx, table)
	if ctx.Err() == nil {
		return fmt.Errorf("read the stream of %s: %w", table, err)
	}
	return nil
}

type shard struct {
	client *dynamodbstreams.Client
	handle StreamHandler
}

func (s shard) pump(ctx context.Context, table string) error {
	streams, err := s.client.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: aws.String(table)})
	if err != nil {
		return err
	}
	if len(streams.Streams) != 1 {
		return fmt.Errorf("there are %d, want one", len(streams.Streams))
	}
	stream, err := s.client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: streams.Streams[0].StreamArn})
	if err != nil {
		return err
	}
	// Engines have one shard, and never split it.
	if shards := stream.StreamDescription.Shards; len(shards) != 1 {
		return fmt.Errorf("it has %d shards, want one", len(shards))
	}
	first, err := s.client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: stream.StreamDescription.StreamArn, ShardId: stream.StreamDescription.Shards[0].ShardId,
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		return err
	}
	return s.follow(ctx, first.ShardIterator)
}

func (s shard) follow(ctx context.Context, iterator *string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		page, err := s.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator, Limit: aws.Int32(100)})
		if err != nil {
			return err
		}
		for batch := eventOf(page.Records); len(batch.Records) > 0; {
			batch = s.deliver(ctx, batch)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		iterator = page.NextShardIterator
		if len(page.Records) > 0 {
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// deliver hands over a batch and gives what has to be handed over again.
func (s shard) deliver(ctx context.Context, batch events.DynamoDBEvent) events.DynamoDBEvent {
	response, err := s.handle(ctx, batch)
	if err != nil {
		return batch
	}
	for n, record := range batch.Records {
		for _, failure := range response.BatchItemFailures {
			if failure.ItemIdentifier == record.Change.SequenceNumber {
				return events.DynamoDBEvent{Records: batch.Records[n:]}
			}
		}
	}
	return events.DynamoDBEvent{}
}

func eventOf(records []types.Record) events.DynamoDBEvent {
	var event events.DynamoDBEvent
	for _, r := range records {
		event.Records = append(event.Records, events.DynamoDBEventRecord{
			EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: "aws:dynamodb",
			Change: events.DynamoDBStreamRecord{
				SequenceNumber: aws.ToString(r.Dynamodb.SequenceNumber), StreamViewType: string(r.Dynamodb.StreamViewType),
				Keys: attributes(r.Dynamodb.Keys), NewImage: attributes(r.Dynamodb.NewImage),
			},
		})
	}
	return event
}

// attributes converts what the SDK read to what Lambda passes, as far as tables of ours have attributes.
func attributes(from map[string]types.AttributeValue) map[string]events.DynamoDBAttributeValue {
	to := map[string]events.DynamoDBAttributeValue{}
	for name, value := range from {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			to[name] = events.NewStringAttribute(v.Value)
		case *types.AttributeValueMemberN:
			to[name] = events.NewNumberAttribute(v.Value)
		default:
			to[name] = events.NewNullAttribute()
		}
	}
	return to
}
