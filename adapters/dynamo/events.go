package dynamo

import (
	"context"
	"fmt"
	"slices"
	"sync"

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
	Leases string // table of [Leases], for drafts with a token; it may be empty where there are none
	Moves  string // table of [Moves], for appends to go by it; empty where the store does not move

	once  sync.Once
	heads heads
}

var _ engine.EventStore = (*EventStore)(nil)

const (
	transactionItems = 100     // that TransactWriteItems takes
	transactionBytes = 4 << 20 // that they may have together
)

// Append implements [engine.EventStore]. One draft costs a PutItem, a write unit for each KB; several, or one with a token,
// cost one TransactWriteItems, twice the units, and two more for each token; so does each where the store can move, with two more.
func (s *EventStore) Append(ctx context.Context, drafts ...es.Draft) error {
	puts, err := s.puts(drafts)
	if err != nil {
		return err
	}
	fences, fenced := s.fences(drafts)
	leads, err := s.leads(ctx, drafts)
	if err != nil {
		return err
	}
	writes := slices.Concat(puts, fences, leads, s.gate(drafts))
	if len(writes) > transactionItems {
		return fmt.Errorf("append %d commits under %d tokens: one call takes %d of both", len(puts), len(fences), transactionItems)
	}
	refused, err := s.write(ctx, writes)
	if err != nil {
		return failed(fmt.Sprintf("append to %s", drafts[0].Stream), err)
	}
	for n, stream := range fenced {
		if _, deposed := refused[len(drafts)+n]; deposed {
			return fmt.Errorf("append to %s: %w", stream, engine.ErrDeposed)
		}
	}
	for n, d := range drafts {
		if there, conflict := refused[n]; conflict {
			return conflictOf(d.Stream, there)
		}
	}
	if _, closed := refused[len(writes)-1]; closed && s.Moves != "" {
		return fmt.Errorf("append to %s: %w", drafts[0].Stream, engine.ErrMoving)
	}
	for _, d := range drafts {
		s.seen().note(d.Commit())
	}
	return nil
}

func (s *EventStore) write(ctx context.Context, writes []types.TransactWriteItem) (refused map[int]item, err error) {
	if len(writes) > 1 {
		return transact(ctx, s.Client, writes)
	}
	there, conflict, err := put(ctx, s.Client, writes[0].Put)
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
	keys, bytes := map[string]bool{}, 0
	for n, d := range drafts {
		key := eraKey(d.Stream, d.After.Era())
		if keys[key] {
			return nil, fmt.Errorf("append to %s: twice in one call", key)
		}
		if err := checkStream(d.Stream); err != nil {
			return nil, err
		}
		if c := d.Commit(); c.BeginsEra() && (n == 0 || drafts[n-1].Commit().Head() != d.After) {
			return nil, fmt.Errorf("append to %s: an era begins behind its tombstone", key)
		}
		keys[key] = true
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

// fences are the conditions that drafts with a token stand under, with their streams: whoever takes the lease in the
// meantime changes its item, and the append fails as a whole.
func (s *EventStore) fences(drafts []es.Draft) (checks []types.TransactWriteItem, streams []es.StreamID) {
	for _, d := range drafts {
		if d.Token == 0 {
			continue
		}
		streams = append(streams, d.Stream)
		checks = append(checks, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: aws.String(s.Leases), Key: leaseKey(string(d.Stream)), ConditionExpression: aws.String("fence = :token"),
			ExpressionAttributeValues: item{":token": number(d.Token)},
		}})
	}
	return checks, streams
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
