// Package searching lets Lambdas index and find documents by their words, in OpenSearch.
package searching

import (
	"os"

	"github.com/foldstream/foldstream/adapters/opensearch"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Index is for the Lambdas of views that can be searched, and of searches. A stage without a domain indexes nothing, and has
// no routes of searches.
func Index() wiring.Option {
	return func(p *wiring.Parts) {
		if endpoint := os.Getenv(setting.SearchEndpoint); endpoint != "" {
			p.Search = &opensearch.Search{Config: wiring.Config(), Endpoint: endpoint, Prefix: "foldstream"}
		}
	}
}
