package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Traces keeps an item for each outcome, for 30 days.
type Traces struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Traces = (*Traces)(nil)

const traceLife = 30 * 24 * time.Hour

// Note implements [engine.Traces]. It costs a BatchWriteItem for each 25 outcomes.
func (t *Traces) Note(ctx context.Context, traceID string, outcomes []engine.Outcome) error {
	doing := "note outcomes of the trace " + traceID
	seen := map[string]bool{}
	var writes []types.WriteRequest
	for _, o := range outcomes {
		key := fmt.Sprintf("%s@%020d/%s", o.AggregateID, o.Version, o.Type)
		if seen[key] {
			continue
		}
		seen[key] = true
		outcome, err := es.Encode(o)
		if err != nil {
			return &es.Fault{Doing: doing, Err: err}
		}
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item{
			"traceId": text(traceID), sk: text(key), "outcome": text(string(outcome)), "invoker": text(o.Invoker),
			expires: number(time.Now().Add(traceLife).Unix()),
		}}})
	}
	if err := writeAll(ctx, t.Client, t.Table, writes); err != nil {
		return failed(doing, err)
	}
	return nil
}

// Trace implements [engine.Traces]. It costs a Query for each megabyte.
func (t *Traces) Trace(ctx context.Context, traceID string) ([]engine.Outcome, error) {
	found, err := queryAll(ctx, t.Client, t.Table, "traceId", traceID)
	if err != nil {
		return nil, failed("read the trace "+traceID, err)
	}
	var outcomes []engine.Outcome
	for _, i := range found {
		o := engine.Outcome{Invoker: textOf(i, "invoker")}
		if err := es.Decode([]byte(textOf(i, "outcome")), &o); err != nil {
			return nil, &es.Fault{Doing: "read the outcome " + textOf(i, sk), Err: err}
		}
		outcomes = append(outcomes, o)
	}
	slices.SortStableFunc(outcomes, func(a, b engine.Outcome) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Version, b.Version))
	})
	return outcomes, nil
}
