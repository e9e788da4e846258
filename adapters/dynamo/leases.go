package dynamo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Leases keeps an item for each name, which stays when the lease is given up: it holds the last fencing token. The table is
// one of its own, so that nobody but single writers may touch it, and so that a lease that is taken is no record of the
// events table's stream. Each lease is a partition.
type Leases struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Leases = (*Leases)(nil)

// leaseTime keeps times as they are, and sorts.
const leaseTime = "2006-01-02T15:04:05.000000000Z"

func leaseKey(name string) item { return item{"lease": text(name), sk: text("lease")} }

// Acquire implements [engine.Leases]. It costs an UpdateItem. When its answer is lost and the client tries again, the
// lease that it meets is its own, and it takes it once more.
func (l *Leases) Acquire(ctx context.Context, name string, now, until time.Time) (token uint64, err error) {
	doing := "take the lease " + name
	taken, held, err := update(ctx, l.Client, &dynamodb.UpdateItemInput{
		TableName: aws.String(l.Table), Key: leaseKey(name),
		UpdateExpression:    aws.String("SET taker = :taker, heldUntil = :until ADD fence :one"),
		ConditionExpression: aws.String("attribute_not_exists(heldUntil) OR heldUntil <= :now OR taker = :taker"),
		ExpressionAttributeValues: item{
			":taker": text(rand.Text()), ":one": number(1),
			":now": text(now.UTC().Format(leaseTime)), ":until": text(until.UTC().Format(leaseTime)),
		},
		ReturnValues: types.ReturnValueUpdatedNew,
	})
	switch {
	case err != nil:
		return 0, failed(doing, err)
	case held:
		return 0, fmt.Errorf("%s: %w", doing, engine.ErrHeld)
	}
	if token, err = numberOf(taken, "fence"); err != nil {
		return 0, &es.Fault{Doing: doing, Err: err}
	}
	return token, nil
}

// Release implements [engine.Leases]. It costs an UpdateItem.
func (l *Leases) Release(ctx context.Context, name string, token uint64) error {
	_, _, err := update(ctx, l.Client, &dynamodb.UpdateItemInput{
		TableName: aws.String(l.Table), Key: leaseKey(name),
		UpdateExpression:          aws.String("REMOVE taker, heldUntil"),
		ConditionExpression:       aws.String("fence = :token"),
		ExpressionAttributeValues: item{":token": number(token)},
	})
	if err != nil {
		return failed("give up the lease "+name, err)
	}
	return nil
}
