package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
)

var betweenTries = engine.Backoff{First: 10 * time.Millisecond, Longest: limits.LongestPause}

// failed describes a call that failed. It makes it an engine.ErrBusy, as the client does with throttles, if it met
// transactions that were under way.
func failed(doing string, err error) error {
	if isContended(err) {
		return fmt.Errorf("%s: %w: %w", doing, engine.ErrBusy, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// isContended reports whether a write met a transaction that was under way: the item is as it was, and the same write may
// succeed in a moment.
func isContended(err error) bool {
	var single *types.TransactionConflictException
	var repeated *types.TransactionInProgressException
	if errors.As(err, &single) || errors.As(err, &repeated) {
		return true
	}
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return false
	}
	contended := false
	for _, reason := range cancelled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			contended = true
		case "None", "":
		default:
			return false
		}
	}
	return contended
}

// uncontended makes a write, and makes it again while it meets transactions that are under way.
func uncontended(ctx context.Context, write func() error) error {
	for try := 0; ; try++ {
		err := write()
		if err == nil || !isContended(err) || try == limits.Writes {
			return err
		}
		if err := betweenTries.Pause(ctx, try+1); err != nil {
			return err
		}
	}
}

// put writes one item under a condition. When the condition does not hold it gives the item that is there, which may be
// none, and refused.
func put(ctx context.Context, client *dynamodb.Client, p *types.Put) (there item, refused bool, err error) {
	err = uncontended(ctx, func() error {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: p.ReturnValuesOnConditionCheckFailure,
		})
		return err
	})
	var condition *types.ConditionalCheckFailedException
	if errors.As(err, &condition) {
		return condition.Item, true, nil
	}
	return nil, false, err
}

// update changes one item under a condition, and gives the attributes that it is told to return, or refused.
func update(ctx context.Context, client *dynamodb.Client, input *dynamodb.UpdateItemInput) (now item, refused bool, err error) {
	err = uncontended(ctx, func() error {
		out, err := client.UpdateItem(ctx, input)
		if err == nil {
			now = out.Attributes
		}
		return err
	})
	var condition *types.ConditionalCheckFailedException
	if errors.As(err, &condition) {
		return nil, true, nil
	}
	return now, false, err
}

// transact writes up to 100 items as one. When conditions do not hold it gives the items that are there instead, by their
// place in the transaction; an item may be none.
func transact(ctx context.Context, client *dynamodb.Client, writes []types.TransactWriteItem) (refused map[int]item, err error) {
	err = uncontended(ctx, func() error {
		_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		return err
	})
	if refused := refusals(err); len(refused) > 0 {
		return refused, nil
	}
	return nil, err
}

func refusals(err error) map[int]item {
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return nil
	}
	refused := map[int]item{}
	for n, reason := range cancelled.CancellationReasons {
		if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
			refused[n] = reason.Item
		}
	}
	return refused
}
