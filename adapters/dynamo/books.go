package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Books looks after closed eras. What it changes of a tombstone and what it removes are changes that the relay passes over.
type Books struct{ *Feed }

var _ engine.Books = Books{}

// young is how long ago an era must have been closed for its commits to be taken out. By then nobody appends by what was
// known before it was closed, for which the place of a commit that is gone would be free.
const young = 24 * engine.MemoryBound

// Eras implements [engine.Books]. It costs a Query for each era.
func (b Books) Eras(ctx context.Context, stream es.StreamID) ([]engine.Era, error) {
	var found []engine.Era
	first := uint64(1)
	for {
		i, c, err := b.Events.tombstone(ctx, stream, len(found))
		if err != nil || i == nil {
			return found, err
		}
		found = append(found, engine.Era{
			Number: c.Era, First: first, Last: c.Version, Closed: c.Time, Archived: textOf(i, archived), Emptied: textOf(i, emptied) != "",
		})
		first = c.Version + 1
	}
}

// Fed implements [engine.Books]. It costs a GetItem.
func (b Books) Fed(ctx context.Context, stream es.StreamID) (uint64, error) {
	fed, err := b.fed(ctx, []es.StreamID{stream})
	if err != nil {
		return 0, failed("read how far "+string(stream)+" is in the feed", err)
	}
	return fed[stream], nil
}

// Empty implements [engine.Books]. It costs a Query for each megabyte, a BatchWriteItem for each 25 commits, and the write
// units that the commits cost when they were appended. The last ones go first, so that what is left of an era joins on to its
// beginning until the end.
func (b Books) Empty(ctx context.Context, stream es.StreamID, e engine.Era, copied string) error {
	doing := "take out " + eraKey(stream, e.Number)
	tombstone, c, err := b.Events.tombstone(ctx, stream, e.Number)
	switch {
	case err != nil:
		return err
	case tombstone == nil || c.Version != e.Last:
		return &es.Fault{Doing: doing, Err: fmt.Errorf("it has no tombstone at version %d", e.Last)}
	case time.Since(c.Time) < young:
		return fmt.Errorf("%s: %w: wait until it is %v", doing, engine.ErrTooYoung, young)
	}
	if textOf(tombstone, archived) == "" {
		if err := b.set(ctx, tombstone, archived, text(copied)); err != nil {
			return failed(doing, err)
		}
	}
	if err := b.passOver(ctx, stream, e.Number); err != nil {
		return failed(doing, err)
	}
	if err := b.remove(ctx, eraKey(stream, e.Number), e.Last); err != nil {
		return failed(doing, err)
	}
	if err := b.set(ctx, tombstone, emptied, number(1)); err != nil {
		return failed(doing, err)
	}
	return nil
}

// passOver lets the tombstone of the first era lead past one that is archived, as all before it are.
func (b Books) passOver(ctx context.Context, stream es.StreamID, era int) error {
	if era == 0 {
		return nil
	}
	first, c, err := b.Events.tombstone(ctx, stream, 0)
	if err != nil {
		return err
	}
	if lead, err := leadOf(first, c, online); err != nil || lead > era {
		return err
	}
	return b.set(ctx, first, online, number(era+1))
}

func (b Books) set(ctx context.Context, tombstone item, attribute string, value types.AttributeValue) error {
	_, _, err := update(ctx, b.Client, &dynamodb.UpdateItemInput{
		TableName: aws.String(b.Events.Table), Key: commitKey(tombstone), UpdateExpression: aws.String("SET #name = :value"),
		ExpressionAttributeNames: map[string]string{"#name": attribute}, ExpressionAttributeValues: item{":value": value},
	})
	return err
}

// remove deletes what a partition has before a version, the last ones first.
func (b Books) remove(ctx context.Context, key string, before uint64) error {
	pages := dynamodb.NewQueryPaginator(b.Client, &dynamodb.QueryInput{
		TableName: aws.String(b.Events.Table), ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("aggregateId = :stream AND version < :before"),
		ExpressionAttributeValues: item{":stream": text(key), ":before": number(before)},
		ProjectionExpression:      aws.String("aggregateId, version"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		var writes []types.WriteRequest
		for _, i := range page.Items {
			writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: commitKey(i)}})
		}
		if err := writeAll(ctx, b.Client, b.Events.Table, writes); err != nil {
			return err
		}
	}
	return nil
}

// hollow gives what is known of commits that the events table does not have: they are a fault, unless their eras are archived.
func (f *Feed) hollow(ctx context.Context, missing []place) (map[reference]es.Commit, error) {
	type era struct {
		stream es.StreamID
		number int
	}
	gone, found := map[era]bool{}, map[reference]es.Commit{}
	for _, p := range missing {
		of := era{p.stream, p.era}
		if _, known := gone[of]; !known {
			tombstone, _, err := f.Events.tombstone(ctx, p.stream, p.era)
			if err != nil {
				return nil, err
			}
			gone[of] = textOf(tombstone, archived) != ""
		}
		if !gone[of] {
			return nil, &es.Fault{Doing: fmt.Sprintf("read position %d of the feed", p.position), Err: fmt.Errorf("there is no commit %s", p.reference)}
		}
		found[p.reference] = es.Commit{Stream: p.stream, Version: p.version, Era: p.era}
	}
	return found, nil
}
