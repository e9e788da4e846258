package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Feed keeps the order of all commits in the feed table. It holds batches of references; the commits themselves stay in
// the events table. It is safe for concurrent use.
//
// A batch is an item with the key (chunk, position of its last commit), so that one Query finds the batch that holds any
// position. The head, an item of its own, holds the last position given out. An item for each stream holds how far the
// stream is in the feed. [Feed.Append] changes all of them in one transaction.
type Feed struct {
	Client *dynamodb.Client
	Table  string
	Events *EventStore

	mu    sync.Mutex // one append at a time: two would only get in each other's way
	last  uint64     // position given out last, as far as is known
	known bool       // whether last has been read
}

var _ engine.Feed = (*Feed)(nil)

const (
	// batchCommits is how many commits a batch holds at most: its transaction writes an item for each of their streams, the
	// batch and the head.
	batchCommits = transactionItems - 2
	// chunkPositions is how many positions share a partition key, so that no partition grows without end.
	chunkPositions = 10_000
)

// reference is a commit's place in its stream. It is stored as "stream@version", where the stream has the mark of its era.
type reference struct {
	stream  es.StreamID
	era     int
	version uint64
}

func referenceOf(c es.Commit) reference { return reference{c.Stream, c.Era, c.Version} }

func (r reference) String() string {
	return eraKey(r.stream, r.era) + "@" + strconv.FormatUint(r.version, 10)
}

func parseReference(s string) (reference, error) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return reference{}, fmt.Errorf("%q is no reference to a commit", s)
	}
	version, err := strconv.ParseUint(s[at+1:], 10, 64)
	if err != nil {
		return reference{}, fmt.Errorf("%q is no reference to a commit: %w", s, err)
	}
	stream, era := splitKey(s[:at])
	return reference{stream, era, version}, nil
}

// Read implements [engine.Feed]. It costs a Query, and a BatchGetItem for each 100 commits.
func (f *Feed) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	if limit <= 0 {
		return nil, nil
	}
	places, err := f.places(ctx, after+1, after+uint64(limit))
	if err != nil {
		return nil, failed(fmt.Sprintf("read the feed behind %d", after), err)
	}
	return f.read(ctx, places)
}

// references reads up to limit references behind a position.
func (f *Feed) references(ctx context.Context, after uint64, limit int) ([]reference, error) {
	var found []reference
	next := func() uint64 { return after + uint64(len(found)) + 1 }
	// A batch lies in the chunk of its last position, which may be the one behind that of the next position.
	for chunk := chunkOf(next()); chunk <= chunkOf(next()+batchCommits-1) && len(found) < limit; chunk++ {
		pages := dynamodb.NewQueryPaginator(f.Client, &dynamodb.QueryInput{
			TableName: aws.String(f.Table), ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(min(limit-len(found), 1000))),
			KeyConditionExpression:    aws.String("pk = :chunk AND #position >= :next"),
			ExpressionAttributeNames:  map[string]string{"#position": "position"},
			ExpressionAttributeValues: item{":chunk": text(chunkKey(chunk)), ":next": number(next())},
		})
		for pages.HasMorePages() && len(found) < limit {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, batch := range page.Items {
				rest, err := behind(batch, next())
				if err != nil {
					return nil, err
				}
				found = append(found, rest...)
			}
		}
	}
	return found[:min(limit, len(found))], nil
}

// behind gives the references of a batch from a position on. The batch must hold it.
func behind(batch item, next uint64) ([]reference, error) {
	last, err := numberOf(batch, "position")
	if err != nil {
		return nil, err
	}
	list, _ := batch["commits"].(*types.AttributeValueMemberL)
	if list == nil || last < next || last-next >= uint64(len(list.Value)) {
		return nil, &es.Fault{Doing: "read the feed", Err: fmt.Errorf("the batch that ends at %d does not hold position %d", last, next)}
	}
	var rest []reference
	for _, value := range list.Value[uint64(len(list.Value))-(last-next)-1:] {
		r, err := parseReference(textOf(item{"": value}, ""))
		if err != nil {
			return nil, err
		}
		rest = append(rest, r)
	}
	return rest, nil
}

func (f *Feed) commits(ctx context.Context, references []reference) (map[reference]es.Commit, error) {
	keys := make([]item, len(references))
	for n, r := range references {
		keys[n] = item{"aggregateId": text(eraKey(r.stream, r.era)), "version": number(r.version)}
	}
	found, err := getAll(ctx, f.Client, f.Events.Table, keys)
	if err != nil {
		return nil, err
	}
	commits := make(map[reference]es.Commit, len(found))
	for _, i := range found {
		c, err := decode(i)
		if err != nil {
			return nil, err
		}
		commits[referenceOf(c)] = c
	}
	return commits, nil
}

func chunkOf(position uint64) uint64 { return position / chunkPositions }

func chunkKey(chunk uint64) string { return fmt.Sprintf("chunk/%d", chunk) }
