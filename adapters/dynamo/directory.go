package dynamo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// Directory keeps an item for each stream, by category and id, with the time of its first commit. The relay writes it; it
// can be made again from the events table, see [Sweeper].
type Directory struct {
	Client     *dynamodb.Client
	Table      string
	Categories []string // whose streams are listed
}

var _ engine.Directory = (*Directory)(nil)

// begun adds the item of a stream to others. An id that is too long for a key has no place in the directory.
func begun(others []item, stream es.StreamID, since string) []item {
	if len(stream) > sortBytes {
		return others
	}
	i := directoryKey(stream)
	i["since"] = text(since)
	return append(others, i)
}

func directoryKey(stream es.StreamID) item {
	return item{pk: text(stream.Category()), sk: text(string(stream))}
}

// Streams implements [engine.Directory]. It costs a Query for each category that may have such streams, until there are
// enough. The ids of a category lie together: none has a dash in its name, which comes before all letters.
func (d *Directory) Streams(ctx context.Context, which engine.Streams) ([]engine.Begun, error) {
	low, high := which.Bounds()
	categories := slices.SortedFunc(slices.Values(d.Categories), func(a, b string) int { return strings.Compare(a+"-", b+"-") })
	if which.Reverse {
		slices.Reverse(categories)
	}
	var found []engine.Begun
	for _, category := range categories {
		of := engine.Streams{Prefix: string(es.NewStreamID(category, ""))}
		first, last := of.Bounds()
		if first, last = max(first, low), min(last, high); first > last || len(found) == which.Limit {
			continue
		}
		some, err := d.between(ctx, category, first, last, which.Reverse, which.Limit-len(found))
		if err != nil {
			return nil, failed("list streams of "+category, err)
		}
		found = append(found, some...)
	}
	return found, nil
}

// between lists streams of a category whose ids lie between two, both included.
func (d *Directory) between(ctx context.Context, category, first, last string, reverse bool, limit int) ([]engine.Begun, error) {
	pages := dynamodb.NewQueryPaginator(d.Client, &dynamodb.QueryInput{
		TableName: aws.String(d.Table), Limit: aws.Int32(int32(limit)), ScanIndexForward: aws.Bool(!reverse),
		KeyConditionExpression:    aws.String("pk = :category AND sk BETWEEN :first AND :last"),
		ExpressionAttributeValues: item{":category": text(category), ":first": text(first), ":last": text(last)},
	})
	var found []engine.Begun
	for pages.HasMorePages() && len(found) < limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range page.Items {
			b := engine.Begun{Stream: es.StreamID(textOf(i, sk))}
			if b.Since, err = time.Parse(timeFormat, textOf(i, "since")); err != nil {
				return nil, &es.Fault{Doing: fmt.Sprintf("read when %s began", b.Stream), Err: err}
			}
			found = append(found, b)
		}
	}
	return found[:min(limit, len(found))], nil
}

// note adds the streams of items to the directory.
func (d *Directory) note(ctx context.Context, streams []item) error {
	var writes []types.WriteRequest
	seen := map[string]bool{}
	for _, i := range streams {
		if id := textOf(i, sk); !seen[id] {
			seen[id] = true
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: i}})
		}
	}
	if err := writeAll(ctx, d.Client, d.Table, writes); err != nil {
		return failed("note streams in the directory", err)
	}
	return nil
}

// lacks gives the items that are not in the directory.
func (d *Directory) lacks(ctx context.Context, streams []item) ([]item, error) {
	var keys []item
	for _, i := range streams {
		keys = append(keys, directoryKey(es.StreamID(textOf(i, sk))))
	}
	found, err := getAll(ctx, d.Client, d.Table, keys)
	if err != nil {
		return nil, failed("look into the directory", err)
	}
	known := map[string]bool{}
	for _, i := range found {
		known[textOf(i, sk)] = true
	}
	return slices.DeleteFunc(streams, func(i item) bool { return known[textOf(i, sk)] }), nil
}

// Note adds the streams that commits begin. It costs a BatchWriteItem for each 25 streams, and nothing where none begins.
func (d *Directory) Note(ctx context.Context, commits []es.Commit) error {
	var streams []item
	for _, c := range commits {
		if c.Version == 1 {
			streams = begun(streams, c.Stream, c.Time.UTC().Format(timeFormat))
		}
	}
	return d.note(ctx, streams)
}

// begin notes streams beside what else is done with their commits. The function that it gives ends that when all else is done,
// after no more than a usual call takes: a partition that is hot must not hold up the commits behind. What is not noted by then
// is left to the sweeper. Without a directory there is nothing to do.
func (d *Directory) begin(ctx context.Context, commits []es.Commit) (end func()) {
	if d == nil {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, limits.Attempt)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := d.Note(ctx, commits); err != nil {
			slog.WarnContext(ctx, "streams are not in the directory until the sweeper finds them", "error", err)
		}
	}()
	return func() {
		defer cancel()
		late := time.AfterFunc(limits.UsualCall, cancel)
		defer late.Stop()
		<-done
	}
}
