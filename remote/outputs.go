package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"

	"github.com/foldstream/foldstream/topology"
)

// Outputs are what a stack of a stage put out, by name; none for a stack that is not there.
func Outputs(ctx context.Context, cfg aws.Config, stage topology.Stage, stack string) (map[string]string, error) {
	name := stage.Name(stack)
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(name)})
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look what the stack %s put out: %w", name, err)
	}
	told := map[string]string{}
	for _, s := range out.Stacks {
		for _, o := range s.Outputs {
			told[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	return told, nil
}

// isMissing reports whether CloudFormation knows no stack of a name, for which it has no code of its own.
func isMissing(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && refusal.ErrorCode() == "ValidationError" && strings.Contains(refusal.ErrorMessage(), "does not exist")
}
