package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
)

// TableSizes implements [engine.Sizes] by what DynamoDB says of tables, which it counts every six hours.
type TableSizes struct {
	Client *dynamodb.Client
	Names  Names
	What   func(table string) string // what a table is for
}

var _ engine.Sizes = (*TableSizes)(nil)

// Sizes implements [engine.Sizes]. It costs a DescribeTable for each table, which is free. Tables that a stage does not have
// are left out.
func (s *TableSizes) Sizes(ctx context.Context) (all []engine.Size, err error) {
	for _, table := range s.Names.Tables() {
		out, err := s.Client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table.Name)})
		var missing *types.ResourceNotFoundException
		if errors.As(err, &missing) {
			continue
		}
		if err != nil {
			return nil, failed("describe the table "+table.Name, err)
		}
		all = append(all, engine.Size{
			What: s.What(table.Name), Items: uint64(aws.ToInt64(out.Table.ItemCount)), Bytes: uint64(aws.ToInt64(out.Table.TableSizeBytes)),
		})
	}
	return all, nil
}

// Exact implements [engine.Sizes].
func (s *TableSizes) Exact() bool { return false }
