package dynamo

import (
	"context"
	"iter"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/es"
)

// Load implements [engine.EventStore]. It costs a Query for each megabyte, and a read unit for each 4 KB. A stream that was
// closed costs one more for each era that is not archived, and one for the tombstone of the first. Where there is nothing
// behind a version, and another process has read up to it, it costs one more to see that the stream has not been closed.
func (s *EventStore) Load(ctx context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		l := loading{EventStore: s, stream: stream, after: after, yield: yield}
		l.era, l.sure = s.seen().behind(stream, after)
		for more := true; more; {
			var err error
			if more, err = l.read(ctx); err != nil {
				yield(es.Commit{}, err)
				return
			}
		}
	}
}

// loading is a stream being loaded, era by era.
type loading struct {
	*EventStore
	stream es.StreamID
	after  uint64
	yield  func(es.Commit, error) bool
	era    int
	sure   bool // that what is behind the version is not in a later era, if there is nothing of it in this one
	leapt  int  // the era behind which eras were passed over, that may have something behind the version; 0 for none
}

// read yields what an era has behind the version, and reports whether to go on with another one.
func (l *loading) read(ctx context.Context) (more bool, err error) {
	var last es.Commit
	var end item
	for i, err := range l.items(ctx) {
		if err != nil {
			return false, err
		}
		c, err := decode(i)
		if err != nil {
			return false, err
		}
		if end == nil && l.leapt > 0 && c.BeginsEra() && c.Version > l.after+1 {
			l.era, l.leapt = l.leapt, 0 // some eras before have something as well
			return true, nil
		}
		if last, end = c, i; !l.yield(c, nil) {
			return false, nil
		}
	}
	if end == nil {
		return l.look(ctx)
	}
	l.seen().note(last)
	if !last.Closes() {
		return false, nil
	}
	l.era, err = leadOf(end, last, online)
	l.sure, l.leapt = true, 0
	return true, err
}

// look goes on in another era if this one has nothing behind the version because it was closed before.
func (l *loading) look(ctx context.Context) (more bool, err error) {
	if l.sure || l.leapt > 0 {
		return false, nil
	}
	end, tombstone, err := l.tombstone(ctx, l.stream, l.era)
	if err != nil || end == nil {
		return false, err
	}
	l.seen().note(tombstone)
	l.era, err = leadOf(end, tombstone, newest)
	if l.era > tombstone.Era+1 {
		l.leapt = tombstone.Era + 1
	}
	return true, err
}

// items yields the items of an era behind the version.
func (l *loading) items(ctx context.Context) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		key := eraKey(l.stream, l.era)
		pages := dynamodb.NewQueryPaginator(l.Client, &dynamodb.QueryInput{
			TableName: aws.String(l.Table), ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("aggregateId = :stream AND version > :after"),
			ExpressionAttributeValues: item{":stream": text(key), ":after": number(l.after)},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, failed("query "+key, err))
				return
			}
			for _, i := range page.Items {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// Tail implements [engine.EventStore]. It costs a Query, and a read unit for each 4 KB; one more where another process has
// closed the stream.
func (s *EventStore) Tail(ctx context.Context, stream es.StreamID, n int) ([]es.Commit, error) {
	if n <= 0 {
		return nil, nil
	}
	for era := s.seen().last(stream); ; {
		items, err := s.end(ctx, stream, era, min(n, math.MaxInt32))
		if err != nil || len(items) == 0 {
			return nil, err
		}
		commits := make([]es.Commit, len(items))
		for i, last := range slices.Backward(items) {
			if commits[len(commits)-1-i], err = decode(last); err != nil {
				return nil, err
			}
		}
		last := commits[len(commits)-1]
		s.seen().note(last)
		if !last.Closes() {
			return commits, nil
		}
		if era, err = leadOf(items[0], last, newest); err != nil {
			return nil, err
		}
	}
}
