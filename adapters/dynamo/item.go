package dynamo

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a DynamoDB item. All attributes of ours are strings or numbers, but for a batch's references.
type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number[N uint64 | int64 | int](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}

// textOf gives a string attribute, or the digits of a number; empty when there is none.
func textOf(i item, name string) string {
	switch v := i[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	default:
		return ""
	}
}

// numberOf gives a number attribute; 0 when there is none, as there is none in an item that is not there.
func numberOf(i item, name string) (uint64, error) {
	digits := textOf(i, name)
	if digits == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the attribute %s: %w", name, err)
	}
	return n, nil
}
