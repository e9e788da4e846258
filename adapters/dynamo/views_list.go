package dynamo

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// List implements [engine.Views]. It costs a Query, and a BatchGetItem for each 100 rows. A row that moved away between the
// two is left out, and others take its place in the page.
func (v *Views) List(ctx context.Context, view string, page engine.Page) ([]engine.ListedRow, error) {
	doing := fmt.Sprintf("list %s of %s", page.Index, view)
	after, err := base64.RawURLEncoding.DecodeString(page.After)
	if err != nil {
		return nil, es.Invalid("after", "this is no cursor of a list")
	}
	var rows []engine.ListedRow
	for len(rows) < page.Limit {
		out, err := v.Client.Query(ctx, v.query(view, page, string(after), page.Limit-len(rows)))
		if err != nil {
			return nil, failed(doing, err)
		}
		more, err := v.rows(ctx, view, page, out.Items)
		if err != nil {
			return nil, failed(doing, err)
		}
		rows = append(rows, more...)
		if len(out.LastEvaluatedKey) == 0 {
			break
		}
		after = []byte(textOf(out.LastEvaluatedKey, sk))
	}
	return rows, nil
}

func (v *Views) query(view string, page engine.Page, after string, limit int) *dynamodb.QueryInput {
	q := &dynamodb.QueryInput{
		TableName: aws.String(v.Table), ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(min(limit, 1000))),
		KeyConditionExpression:    aws.String("pk = :partition"),
		ExpressionAttributeValues: item{":partition": text(partition(view, page.Index, page.Partition))},
	}
	if after != "" {
		q.KeyConditionExpression = aws.String("pk = :partition AND sk > :after")
		q.ExpressionAttributeValues[":after"] = text(after)
	}
	return q
}

// rows reads the rows that places name, as far as they still have these places.
func (v *Views) rows(ctx context.Context, view string, page engine.Page, places []item) ([]engine.ListedRow, error) {
	var keys []item
	rows := map[string]engine.Row{}
	for _, place := range places {
		id := textOf(place, "id")
		if _, twice := rows[id]; !twice {
			rows[id] = engine.Row{}
			keys = append(keys, rowKey(view, id))
		}
	}
	found, err := getAll(ctx, v.Client, v.Table, keys)
	if err != nil {
		return nil, err
	}
	for _, i := range found {
		r, err := decodeRow(i)
		if err != nil {
			return nil, err
		}
		rows[textOf(i, pk)[len(partition(view, "", "")):]] = r
	}
	var listed []engine.ListedRow
	for _, place := range places {
		id, at := textOf(place, "id"), textOf(place, sk)
		if r := rows[id]; has(r, id, page, at) {
			listed = append(listed, engine.ListedRow{ID: id, Cursor: base64.RawURLEncoding.EncodeToString([]byte(at)), Row: r})
		}
	}
	return listed, nil
}

// has reports whether a row has a place in the partition of a page.
func has(r engine.Row, id string, page engine.Page, at string) bool {
	for _, k := range r.Keys {
		if k.Index == page.Index && k.Partition == page.Partition && k.Sort+divider+id == at {
			return true
		}
	}
	return false
}
