package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Generations keeps an item for each view in the table of views, so that whoever may read a view may read which of its
// generations to read. Its partition key is none of a row or a place: those have a second slash.
type Generations struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Generations = (*Generations)(nil)

// standing is the sort key of standings.
const standing = "standing"

func standingKey(view string) item { return item{pk: text(view + "/"), sk: text(standing)} }

// Standing implements [engine.Generations]. It costs a GetItem.
func (g *Generations) Standing(ctx context.Context, view string) (engine.Standing, error) {
	doing := "get the standing of " + view
	out, err := g.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(g.Table), ConsistentRead: aws.Bool(true), Key: standingKey(view),
	})
	if err != nil {
		return engine.Standing{}, failed(doing, err)
	}
	s := engine.FirstStanding()
	if len(out.Item) == 0 {
		return s, nil
	}
	if err := es.Decode([]byte(textOf(out.Item, standing)), &s); err != nil {
		return s, &es.Fault{Doing: doing, Err: err}
	}
	return s, nil
}

// SetStanding implements [engine.Generations]. It costs a PutItem.
func (g *Generations) SetStanding(ctx context.Context, view string, was, now engine.Standing) error {
	doing := "set the standing of " + view
	now.Changes = was.Changes + 1
	encoded, err := es.Encode(now)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	i := standingKey(view)
	i[standing], i["changes"] = text(string(encoded)), number(now.Changes)
	p := &types.Put{TableName: aws.String(g.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if was.Changes > 0 {
		p.ConditionExpression = aws.String("changes = :was")
		p.ExpressionAttributeValues = item{":was": number(was.Changes)}
	}
	_, refused, err := put(ctx, g.Client, p)
	return saved(doing, refused, err)
}

var _ engine.WholeViews = (*Views)(nil)

// Rows implements [engine.WholeViews]. It costs a Scan of the whole table.
func (v *Views) Rows(ctx context.Context, view string) iter.Seq2[engine.ListedRow, error] {
	return func(yield func(engine.ListedRow, error) bool) {
		begin := partition(view, "", "")
		pages := dynamodb.NewScanPaginator(v.Client, &dynamodb.ScanInput{
			TableName: aws.String(v.Table), ConsistentRead: aws.Bool(true),
			FilterExpression: aws.String("begins_with(pk, :begin) AND sk = :row"), ExpressionAttributeValues: item{":begin": text(begin), ":row": text(row)},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(engine.ListedRow{}, failed("scan the rows of "+view, err))
				return
			}
			for _, i := range page.Items {
				r, err := decodeRow(i)
				if !yield(engine.ListedRow{ID: textOf(i, pk)[len(begin):], Row: r}, err) || err != nil {
					return
				}
			}
		}
	}
}

// savesAtOnce is how many rows are saved at once.
const savesAtOnce = 32

// SaveAll implements [engine.WholeViews]. It costs what Save costs for each row.
func (v *Views) SaveAll(ctx context.Context, view string, changes []engine.RowChange) (stale []string, err error) {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(savesAtOnce)
	var mu sync.Mutex
	for _, c := range changes {
		all.Go(func() error {
			err := v.Save(ctx, view, c.ID, c.Was, c.Now)
			if !errors.Is(err, engine.ErrStale) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			stale = append(stale, c.ID)
			return nil
		})
	}
	err = all.Wait()
	return stale, err
}

// EraseRows implements [engine.WholeViews]. It costs a Scan of the whole table, and a write unit for each item.
func (v *Views) EraseRows(ctx context.Context, view string) error {
	doing := "erase the rows of " + view
	pages := dynamodb.NewScanPaginator(v.Client, &dynamodb.ScanInput{
		TableName: aws.String(v.Table), ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("pk, sk"),
		FilterExpression:          aws.String("begins_with(pk, :begin) AND sk <> :standing"),
		ExpressionAttributeValues: item{":begin": text(view + "/"), ":standing": text(standing)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed(doing, err)
		}
		var writes []types.WriteRequest
		for _, key := range page.Items {
			writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})
		}
		if err := writeAll(ctx, v.Client, v.Table, writes); err != nil {
			return failed(doing, fmt.Errorf("delete: %w", err))
		}
	}
	return nil
}
