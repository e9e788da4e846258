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

// Views keeps rows, and beside them, for each place of a row in an index, an item that only names the row. Partition keys
// begin with the view's name and a slash, by which a projector can be confined to its view.
type Views struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Views = (*Views)(nil)

// partition is the key of an index's partition; a row has one of its own, in the index without a name.
func partition(view, index, name string) string { return view + "/" + index + "/" + name }

// row is the sort key of rows. It is not in use in indexes, where a sort key has a divider.
const row = "row"

// divider ends the Sort in a sort key. Items sort like their Sorts because it sorts before all printable characters.
const divider = "\x1f"

func rowKey(view, id string) item { return item{pk: text(partition(view, "", id)), sk: text(row)} }

func placeKey(view, id string, k es.Key) item {
	return item{pk: text(partition(view, k.Index, k.Partition)), sk: text(k.Sort + divider + id)}
}

// Row implements [engine.Views]. It costs a GetItem.
func (v *Views) Row(ctx context.Context, view, id string) (engine.Row, error) {
	out, err := v.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(v.Table), ConsistentRead: aws.Bool(true), Key: rowKey(view, id),
	})
	if err != nil {
		return engine.Row{}, failed(fmt.Sprintf("get row %s of %s", id, view), err)
	}
	return decodeRow(out.Item)
}

func decodeRow(i item) (engine.Row, error) {
	var r engine.Row
	var err error
	if r.Version, err = numberOf(i, "version"); err != nil {
		return engine.Row{}, &es.Fault{Doing: "read the row " + textOf(i, pk), Err: err}
	}
	if doc := textOf(i, "doc"); doc != "" {
		r.Doc = []byte(doc)
	}
	if keys := textOf(i, "keys"); keys != "" {
		if err := es.Decode([]byte(keys), &r.Keys); err != nil {
			return engine.Row{}, &es.Fault{Doing: "read the row " + textOf(i, pk), Err: err}
		}
	}
	return r, nil
}

// Save implements [engine.Views]. It costs a PutItem when the row keeps its places, and else a TransactWriteItems of the
// row and the places that change, of which there may be 99.
func (v *Views) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	doing := fmt.Sprintf("save row %s of %s", id, view)
	if err := fits(view, id, now); err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	row, err := v.put(view, id, was, now)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	moves := v.moves(view, id, was.Keys, now.Keys)
	if len(moves) == 0 {
		_, refused, err := put(ctx, v.Client, row)
		return saved(doing, refused, err)
	}
	if len(moves) >= transactionItems {
		return &es.Fault{Doing: doing, Err: fmt.Errorf("%d places in indexes change at once; %d can", len(moves), transactionItems-1)}
	}
	refused, err := transact(ctx, v.Client, append(moves, types.TransactWriteItem{Put: row}))
	return saved(doing, len(refused) > 0, err)
}

func saved(doing string, refused bool, err error) error {
	switch {
	case err != nil:
		return failed(doing, err)
	case refused:
		return fmt.Errorf("%s: %w", doing, engine.ErrStale)
	default:
		return nil
	}
}

// put is the write of a row in place of another version of it.
func (v *Views) put(view, id string, was, now engine.Row) (*types.Put, error) {
	i := rowKey(view, id)
	i["version"] = number(now.Version)
	if len(now.Doc) > 0 {
		i["doc"] = text(string(now.Doc))
	}
	if len(now.Keys) > 0 {
		keys, err := es.Encode(now.Keys)
		if err != nil {
			return nil, err
		}
		i["keys"] = text(string(keys))
	}
	p := &types.Put{TableName: aws.String(v.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if was.Version > 0 {
		p.ConditionExpression = aws.String("version = :was")
		p.ExpressionAttributeValues = item{":was": number(was.Version)}
	}
	return p, nil
}

// moves are the writes that bring the index from some places of a row to others.
func (v *Views) moves(view, id string, was, now []es.Key) []types.TransactWriteItem {
	before, after := map[es.Key]bool{}, map[es.Key]bool{}
	for _, k := range was {
		before[k] = true
	}
	var moves []types.TransactWriteItem
	for _, k := range now {
		if !before[k] && !after[k] {
			place := placeKey(view, id, k)
			place["id"] = text(id)
			moves = append(moves, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(v.Table), Item: place}})
		}
		after[k] = true
	}
	for k := range before {
		if !after[k] {
			moves = append(moves, types.TransactWriteItem{Delete: &types.Delete{TableName: aws.String(v.Table), Key: placeKey(view, id, k)}})
		}
	}
	return moves
}
