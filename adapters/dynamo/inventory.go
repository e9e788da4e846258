package dynamo

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Inventory scans tables, at half a read unit for each 4 KB, and a whole one for the events. Of the rest what was written in the
// last second may not be found.
type Inventory struct {
	Client                         *dynamodb.Client
	Events, Snapshots, Connections string // tables
}

var _ engine.Inventory = Inventory{}

// scanned yields what becomes of a table's items; those that are not wanted are left out.
func scanned[T any](
	ctx context.Context, client *dynamodb.Client, doing string, scan *dynamodb.ScanInput, read func(item) (one T, wanted bool, err error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for pages := dynamodb.NewScanPaginator(client, scan); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(none, failed(doing, err))
				return
			}
			for _, i := range page.Items {
				one, wanted, err := read(i)
				if err != nil {
					yield(none, &es.Fault{Doing: doing, Err: err})
					return
				}
				if wanted && !yield(one, nil) {
					return
				}
			}
		}
	}
}

// Stored implements [engine.Inventory].
func (v Inventory) Stored(ctx context.Context) iter.Seq2[engine.Stored, error] {
	return scanned(ctx, v.Client, "scan the events table", &dynamodb.ScanInput{
		TableName: aws.String(v.Events), ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("aggregateId, version, #count"),
		ExpressionAttributeNames: map[string]string{"#count": "count"},
	}, func(i item) (c engine.Stored, wanted bool, err error) {
		if textOf(i, "count") == "" {
			return c, false, nil
		}
		c.Stream, _ = splitKey(textOf(i, "aggregateId"))
		if c.Version, err = numberOf(i, "version"); err != nil {
			return c, false, err
		}
		count, err := numberOf(i, "count")
		c.Last = c.Version + count - 1
		return c, true, err
	})
}

// Snapshotted implements [engine.Inventory].
func (v Inventory) Snapshotted(ctx context.Context) iter.Seq2[engine.Snapshotted, error] {
	return scanned(ctx, v.Client, "scan the snapshots", &dynamodb.ScanInput{
		TableName: aws.String(v.Snapshots), ProjectionExpression: aws.String("aggregateId, #fold, fingerprint, version"),
		ExpressionAttributeNames: map[string]string{"#fold": "fold"},
	}, func(i item) (s engine.Snapshotted, wanted bool, err error) {
		s = engine.Snapshotted{Stream: es.StreamID(textOf(i, "aggregateId")), Fold: es.FoldID{Name: textOf(i, "fold"), Fingerprint: textOf(i, "fingerprint")}}
		s.Version, err = numberOf(i, "version")
		return s, true, err
	})
}

// Subscribed implements [engine.Inventory]. Both an item in a topic's partition and one in a connection's tell of a
// subscription; it is yielded for each.
func (v Inventory) Subscribed(ctx context.Context) iter.Seq2[engine.Subscribed, error] {
	return scanned(ctx, v.Client, "scan the connections", &dynamodb.ScanInput{TableName: aws.String(v.Connections)},
		func(i item) (s engine.Subscribed, wanted bool, err error) {
			topic, isTopic := strings.CutPrefix(textOf(i, pk), ofTopic(""))
			if !isTopic {
				if topic, isTopic = strings.CutPrefix(textOf(i, sk), ofTopic("")); !isTopic {
					return s, false, nil
				}
			}
			c, err := connectionOf(i)
			return engine.Subscribed{Connection: c.ID, Topic: engine.Topic(topic), Ends: c.Opened.Add(connectionLife)}, true, err
		})
}
