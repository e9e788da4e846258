package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// Each era of a stream but the first is a partition of its own: era 1 of "wallet-x" is kept under "wallet-x~1". A tombstone
// is an item like others, and what becomes known of its era later stands in attributes that no commit has.
const (
	eraMark  = '~'
	archived = "archived" // what the copy of the era's commits is called
	emptied  = "emptied"  // 1 once nothing but the tombstone is left of the era
	online   = "online"   // of the first era's tombstone: the first era that is not archived; absent for the next one
	newest   = "newest"   // of the first era's tombstone: the last era; absent for the next one
)

// eraKey is the partition key of an era.
func eraKey(stream es.StreamID, era int) string {
	if era == 0 {
		return string(stream)
	}
	return string(stream) + string(eraMark) + strconv.Itoa(era)
}

// splitKey tells the stream and the era of a partition key.
func splitKey(key string) (es.StreamID, int) {
	at := strings.LastIndexByte(key, eraMark)
	era, err := strconv.Atoi(key[at+1:])
	if at < 0 || err != nil || era < 1 || eraKey(es.StreamID(key[:at]), era) != key {
		return es.StreamID(key), 0
	}
	return es.StreamID(key[:at]), era
}

// checkStream refuses an id that is like the key of an era.
func checkStream(stream es.StreamID) error {
	if _, era := splitKey(string(stream)); era > 0 {
		return &es.Fault{Doing: "append to " + string(stream), Err: fmt.Errorf("an id that ends with %q and a number is the key of an era", eraMark)}
	}
	return nil
}

// leadOf is the era to go on in behind a tombstone, as an attribute of it says, or the next one.
func leadOf(tombstone item, c es.Commit, attribute string) (int, error) {
	lead, err := numberOf(tombstone, attribute)
	if err != nil {
		return 0, &es.Fault{Doing: fmt.Sprintf("read the item %s@%d", c.Stream, c.Version), Err: err}
	}
	return max(c.Era+1, int(lead)), nil
}

// heads are the places that streams were last seen at, so that a stream that has been closed, or has not, is seldom looked
// for where it is not. A place that is out of date leads to a tombstone, and so to the right one.
type heads struct {
	streams *lru.Cache[es.StreamID, es.Head]
}

const headsKnown = 10_000

func (s *EventStore) seen() *heads {
	s.once.Do(func() {
		streams, err := lru.New[es.StreamID, es.Head](headsKnown)
		if err != nil {
			panic(err) // headsKnown is positive
		}
		s.heads.streams = streams
	})
	return &s.heads
}

func (h *heads) note(c es.Commit) {
	if was, known := h.streams.Get(c.Stream); !known || was.Version() < c.Last() {
		h.streams.Add(c.Stream, c.Head())
	}
}

// behind gives the era that what comes behind a version begins in, at the earliest, and whether there is no doubt of it.
func (h *heads) behind(stream es.StreamID, version uint64) (era int, sure bool) {
	head, known := h.streams.Get(stream)
	if !known || version < head.Version() {
		return 0, version == 0
	}
	return head.Era(), version == head.Version()
}

// last gives the last era that was seen.
func (h *heads) last(stream es.StreamID) int {
	head, _ := h.streams.Get(stream)
	return head.Era()
}

// end reads the last items of an era, the last one first.
func (s *EventStore) end(ctx context.Context, stream es.StreamID, era, n int) ([]item, error) {
	out, err := s.Client.Query(ctx, &dynamodb.QueryInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true),
		ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(n)),
		KeyConditionExpression: aws.String("aggregateId = :stream"), ExpressionAttributeValues: item{":stream": text(eraKey(stream, era))},
	})
	if err != nil {
		return nil, failed("query the end of "+eraKey(stream, era), err)
	}
	return out.Items, nil
}

// tombstone reads the tombstone of an era; none when the era has not ended.
func (s *EventStore) tombstone(ctx context.Context, stream es.StreamID, era int) (item, es.Commit, error) {
	items, err := s.end(ctx, stream, era, 1)
	if err != nil || len(items) == 0 {
		return nil, es.Commit{}, err
	}
	c, err := decode(items[0])
	if err != nil || !c.Closes() {
		return nil, es.Commit{}, err
	}
	return items[0], c, nil
}

// leads are the writes that let the first era's tombstones lead to where drafts begin another era. They cost a Query for
// each stream that is closed, but not for the first time.
func (s *EventStore) leads(ctx context.Context, drafts []es.Draft) (writes []types.TransactWriteItem, err error) {
	for _, d := range drafts {
		c := d.Commit()
		if !c.BeginsEra() || c.Era < 2 {
			continue
		}
		first, _, err := s.tombstone(ctx, c.Stream, 0)
		if err != nil {
			return nil, err
		}
		if first == nil {
			return nil, &es.Fault{Doing: "close " + string(c.Stream), Err: fmt.Errorf("its first era has no tombstone, and this would be era %d", c.Era)}
		}
		writes = append(writes, types.TransactWriteItem{Update: &types.Update{
			TableName: aws.String(s.Table), Key: commitKey(first), UpdateExpression: aws.String("SET #newest = :era"),
			ExpressionAttributeNames: map[string]string{"#newest": newest}, ExpressionAttributeValues: item{":era": number(c.Era)},
		}})
	}
	return writes, nil
}

func commitKey(i item) item { return item{"aggregateId": i["aggregateId"], "version": i["version"]} }
