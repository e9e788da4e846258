package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
)

const (
	getItems   = 100 // that BatchGetItem takes
	writeItems = 25  // that BatchWriteItem takes
)

// getAll reads items by their keys, which must differ, however many there are. Items come in any order; those that are not
// there are left out.
func getAll(ctx context.Context, client *dynamodb.Client, table string, keys []item) ([]item, error) {
	var found []item
	for chunk := range slices.Chunk(keys, getItems) {
		// What does not fit into one answer is handed back, and so is what was throttled.
		for try := 0; len(chunk) > 0; try++ {
			out, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
				table: {Keys: chunk, ConsistentRead: aws.Bool(true)},
			}})
			if err != nil {
				return nil, err
			}
			found = append(found, out.Responses[table]...)
			left := out.UnprocessedKeys[table].Keys
			if len(left) < len(chunk) {
				try = 0
			}
			if chunk = left; len(left) == 0 {
				break
			}
			if err := again(ctx, try); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// writeAll puts and deletes items, which must differ, however many there are.
func writeAll(ctx context.Context, client *dynamodb.Client, table string, writes []types.WriteRequest) error {
	for chunk := range slices.Chunk(writes, writeItems) {
		for try := 0; len(chunk) > 0; try++ {
			out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: chunk}})
			if err != nil {
				return err
			}
			left := out.UnprocessedItems[table]
			if len(left) < len(chunk) {
				try = 0
			}
			if chunk = left; len(left) == 0 {
				break
			}
			if err := again(ctx, try); err != nil {
				return err
			}
		}
	}
	return nil
}

// again waits before the rest of a batch is tried again, unless that has been tried in vain for too long.
func again(ctx context.Context, try int) error {
	if try == limits.Writes {
		return engine.ErrBusy
	}
	return betweenTries.Pause(ctx, try+1)
}
