package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/foldstream/foldstream/topology"
)

// surroundings are what a stage has beside its tables. Where these are stands in the environment of the functions that use
// them, as the stack wrote it.
type surroundings struct {
	cfg       aws.Config
	functions *lambda.Client
	all       []topology.Function
	stage     topology.Stage
}

// says gives what the stack says to a function with a grant, by the names of package setting.
func (s *surroundings) says(ctx context.Context, g topology.Grant) (func(name string) string, error) {
	n := s.having(g)
	if n < 0 {
		return nil, fmt.Errorf("no function is declared that has the grant %d", g)
	}
	name := s.stage.Name(s.all[n].Name)
	out, err := s.functions.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(name)})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return nil, fmt.Errorf("stage %s: no function %s in %s: is it deployed?", s.stage, name, s.cfg.Region)
	case err != nil:
		return nil, fmt.Errorf("stage %s: look what the function %s is told: %w", s.stage, name, err)
	}
	return func(setting string) string {
		if out.Environment == nil {
			return ""
		}
		return out.Environment.Variables[setting]
	}, nil
}

// having is the index of the first function that is declared with a grant, or -1.
func (s *surroundings) having(g topology.Grant) int {
	return slices.IndexFunc(s.all, func(f topology.Function) bool { return slices.Contains(f.Grants, g) })
}
