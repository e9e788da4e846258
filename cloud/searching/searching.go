// Package searching lets Lambdas index and find documents by their words, in OpenSearch.
package searching

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/foldstream/foldstream/adapters/opensearch"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
)

// Index is for the Lambdas of views that can be searched, and of searches. A stage without a domain indexes nothing, and has
// no routes of searches.
func Index() wiring.Option {
	return func(p *wiring.Parts) { p.Search = New(wiring.Config(), os.Getenv) }
}

// New makes a search of what a stack says of it, by the names of package setting; nil for a stage without a domain.
func New(cfg aws.Config, says func(name string) string) engine.WholeSearch {
	if endpoint := says(setting.SearchEndpoint); endpoint != "" {
		return &opensearch.Search{Config: cfg, Endpoint: endpoint, Prefix: "foldstream"}
	}
	return nil
}
