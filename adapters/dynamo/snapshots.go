package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Snapshots keeps an item for each stream and name of a fold. The table is one of its own, which commands may only read.
type Snapshots struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Snapshots = (*Snapshots)(nil)

func snapshotKey(fold es.FoldID, stream es.StreamID) item {
	return item{"aggregateId": text(string(stream)), "fold": text(fold.Name)}
}

// Snapshot implements [engine.Snapshots]. It costs a GetItem, a read unit for each 4 KB.
func (s *Snapshots) Snapshot(ctx context.Context, fold es.FoldID, stream es.StreamID) (engine.Snapshot, error) {
	doing := fmt.Sprintf("get the snapshot of %s by %s", stream, fold.Name)
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true), Key: snapshotKey(fold, stream),
	})
	if err != nil {
		return engine.Snapshot{}, failed(doing, err)
	}
	if len(out.Item) == 0 || textOf(out.Item, "fingerprint") != fold.Fingerprint {
		return engine.Snapshot{}, nil
	}
	snapshot := engine.Snapshot{State: []byte(textOf(out.Item, "state"))}
	if snapshot.Version, err = numberOf(out.Item, "version"); err != nil {
		return engine.Snapshot{}, &es.Fault{Doing: doing, Err: err}
	}
	era, err := numberOf(out.Item, "era")
	if err != nil {
		return engine.Snapshot{}, &es.Fault{Doing: doing, Err: err}
	}
	snapshot.Era = int(era)
	if commands, ok := out.Item["commands"].(*types.AttributeValueMemberB); ok {
		snapshot.Commands = commands.Value
	}
	return snapshot, nil
}

// SaveSnapshot implements [engine.Snapshots]; [engine.ErrTooLarge] for one of more than 390 KB. It costs a PutItem, a write
// unit for each KB.
func (s *Snapshots) SaveSnapshot(ctx context.Context, fold es.FoldID, stream es.StreamID, snapshot engine.Snapshot) error {
	doing := fmt.Sprintf("save the snapshot of %s by %s", stream, fold.Name)
	if size := len(snapshot.State) + len(snapshot.Commands); size > itemBytes {
		return fmt.Errorf("%s, of %d bytes: %w", doing, size, engine.ErrTooLarge)
	}
	i := snapshotKey(fold, stream)
	i["fingerprint"], i["version"], i["state"] = text(fold.Fingerprint), number(snapshot.Version), text(string(snapshot.State))
	if snapshot.Era > 0 {
		i["era"] = number(snapshot.Era)
	}
	if len(snapshot.Commands) > 0 {
		i["commands"] = &types.AttributeValueMemberB{Value: snapshot.Commands}
	}
	_, _, err := put(ctx, s.Client, &types.Put{
		TableName: aws.String(s.Table), Item: i,
		ConditionExpression:       aws.String("attribute_not_exists(aggregateId) OR fingerprint <> :fingerprint OR version < :version"),
		ExpressionAttributeValues: item{":fingerprint": text(fold.Fingerprint), ":version": number(snapshot.Version)},
	})
	if err != nil {
		return failed(doing, err)
	}
	return nil
}

// DropSnapshots implements [engine.Snapshots]. It costs a Query, and a write unit for each KB of what there is.
func (s *Snapshots) DropSnapshots(ctx context.Context, stream es.StreamID) error {
	doing := "drop the snapshots of " + string(stream)
	pages := dynamodb.NewQueryPaginator(s.Client, &dynamodb.QueryInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("aggregateId = :stream"),
		ExpressionAttributeValues: item{":stream": text(string(stream))},
		ProjectionExpression:      aws.String("aggregateId, #fold"), ExpressionAttributeNames: map[string]string{"#fold": "fold"},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed(doing, err)
		}
		var writes []types.WriteRequest
		for _, i := range page.Items {
			writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: i}})
		}
		if err := writeAll(ctx, s.Client, s.Table, writes); err != nil {
			return failed(doing, err)
		}
	}
	return nil
}
