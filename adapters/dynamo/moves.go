package dynamo

import (
	"context"
	"math/rand/v2"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Moves keeps the store's move in the table of [Leases], as an item, and beside it who may write in some more that are the same:
// an append looks at one of them, in its transaction, so that they do not get in each other's way.
type Moves struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Moves = (*Moves)(nil)

// The names of leases are those of streams, which have no slash at this place.
const moveName, gateName = "move/", "move/gate/"

// gates is how many items say who may write.
const gates = 16

// Move implements [engine.Moves]. It costs a GetItem.
func (m *Moves) Move(ctx context.Context) (now engine.Move, err error) {
	out, err := m.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(m.Table), ConsistentRead: aws.Bool(true), Key: leaseKey(moveName),
	})
	if err != nil {
		return now, failed("get the move", err)
	}
	if len(out.Item) == 0 {
		return now, nil
	}
	if err := es.Decode([]byte(textOf(out.Item, "move")), &now); err != nil {
		return now, &es.Fault{Doing: "get the move", Err: err}
	}
	return now, nil
}

// SetMove implements [engine.Moves]. It costs a TransactWriteItems of two write units, and of 34 when it changes who may write.
func (m *Moves) SetMove(ctx context.Context, was, now engine.Move) error {
	now.Changes = was.Changes + 1
	encoded, err := es.Encode(now)
	if err != nil {
		return &es.Fault{Doing: "set the move", Err: err}
	}
	i := leaseKey(moveName)
	i["move"], i["changes"] = text(string(encoded)), number(now.Changes)
	p := &types.Put{TableName: aws.String(m.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(lease)")}
	if was.Changes > 0 {
		p.ConditionExpression = aws.String("changes = :was")
		p.ExpressionAttributeValues = item{":was": number(was.Changes)}
	}
	writes := []types.TransactWriteItem{{Put: p}}
	if was.Writes() != now.Writes() {
		for n := range gates {
			gate := gateKey(n)
			gate["writes"] = number(int(now.Writes()))
			writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(m.Table), Item: gate}})
		}
	}
	refused, err := transact(ctx, m.Client, writes)
	return saved("set the move", len(refused) > 0, err)
}

func gateKey(n int) item { return leaseKey(gateName + strconv.Itoa(n)) }

// gate is the condition that an append stands under where the store can move.
func (s *EventStore) gate(drafts []es.Draft) []types.TransactWriteItem {
	if s.Moves == "" {
		return nil
	}
	check := &types.ConditionCheck{
		TableName: aws.String(s.Moves), Key: gateKey(rand.N(gates)),
		ConditionExpression:       aws.String("attribute_not_exists(lease) OR writes <= :writes"),
		ExpressionAttributeValues: item{":writes": number(int(engine.WritesOpen))},
	}
	if engine.WritesDraining.Admits(drafts) == nil {
		check.ExpressionAttributeValues = item{":writes": number(int(engine.WritesDraining))}
	}
	return []types.TransactWriteItem{{ConditionCheck: check}}
}
