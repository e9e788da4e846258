package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// EventStore keeps commits in the events table: one item is one commit, keyed by the version of its first event. So an
// append at a place that the stream has left meets the item that was appended there, and one condition on one key is
// enough.
type EventStore struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.EventStore = (*EventStore)(nil)

const (
	transactionItems = 100     // that TransactWriteItems takes
	transactionBytes = 4 << 20 // that they may have together
)

// Load implements [engine.EventStore]. It costs a Query for each megabyte, and a read unit for each 4 KB.
func (s *EventStore) Load(ctx context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		pages := dynamodb.NewQueryPaginator(s.Client, &dynamodb.QueryInput{
			TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("aggregateId = :stream AND version > :after"),
			ExpressionAttributeValues: item{":stream": text(string(stream)), ":after": number(after)},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(es.Commit{}, failed("query "+string(stream), err))
				return
			}
			for _, i := range page.Items {
				c, err := decode(i)
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// Append implements [engine.EventStore]. One draft costs a PutItem, a write unit for each KB; several cost one
// TransactWriteItems, twice the units.
func (s *EventStore) Append(ctx context.Context, drafts ...es.Draft) error {
	puts, err := s.puts(drafts)
	if err != nil {
		return err
	}
	refused, err := s.write(ctx, puts)
	if err != nil {
		return failed(fmt.Sprintf("append to %s", drafts[0].Stream), err)
	}
	for n, d := range drafts {
		if there, conflict := refused[n]; conflict {
			return conflictOf(d.Stream, there)
		}
	}
	return nil
}

func (s *EventStore) write(ctx context.Context, puts []types.TransactWriteItem) (refused map[int]item, err error) {
	if len(puts) > 1 {
		return transact(ctx, s.Client, puts)
	}
	there, conflict, err := put(ctx, s.Client, puts[0].Put)
	if conflict {
		return map[int]item{0: there}, nil
	}
	return nil, err
}

// puts makes each draft a write that only an empty place takes.
func (s *EventStore) puts(drafts []es.Draft) ([]types.TransactWriteItem, error) {
	if len(drafts) == 0 || len(drafts) > transactionItems {
		return nil, fmt.Errorf("append %d commits: one call takes 1 to %d", len(drafts), transactionItems)
	}
	var puts []types.TransactWriteItem
	streams, bytes := map[es.StreamID]bool{}, 0
	for _, d := range drafts {
		if streams[d.Stream] {
			return nil, fmt.Errorf("append to %s: twice in one call", d.Stream)
		}
		streams[d.Stream] = true
		i, size, err := encode(d)
		if err != nil {
			return nil, err
		}
		if bytes += size; bytes > transactionBytes {
			return nil, fmt.Errorf("append more than %d bytes at once: %w", transactionBytes, engine.ErrTooLarge)
		}
		puts = append(puts, types.TransactWriteItem{Put: &types.Put{
			TableName: aws.String(s.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(aggregateId)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}})
	}
	return puts, nil
}

// conflictOf is the error of an append that met an item. The item may be our own: then the first try had succeeded, and
// only its answer was lost. The engine knows it by its command id.
func conflictOf(stream es.StreamID, there item) error {
	conflict := &engine.Conflict{Stream: stream}
	if len(there) > 0 {
		var err error
		if conflict.Commit, err = decode(there); err != nil {
			return err
		}
	}
	return conflict
}
