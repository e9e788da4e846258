package handler

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// MaxWords is how many characters the words of a search have at most.
const MaxWords = 200

// find answers the documents that have all the words, the best first. A document that has just gone is left out.
func (h *Query) find(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	words := request.QueryStringParameters["q"]
	if n := utf8.RuneCountInString(words); n < 1 || n > MaxWords || !utf8.ValidString(words) {
		return events.APIGatewayV2HTTPResponse{}, es.Invalid("q", "the words to find, 1 to %d characters", MaxWords)
	}
	most, err := limit(request.QueryStringParameters)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	ids, err := h.Search.Find(ctx, h.Decl.View.Name, words, most)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("search %s: %w", h.Decl.View.Name, err)
	}
	found, bytes := Listed{Items: []jsontext.Value{}}, 0
	for _, id := range ids {
		row, err := h.Views.Row(ctx, h.Decl.View.Name, id)
		if err != nil {
			return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("read %s: %w", h.Decl.View.Name, err)
		}
		if bytes += len(row.Doc) + len(","); len(found.Items) > 0 && bytes > MaxListedBytes {
			break // the best come first
		}
		if len(row.Doc) > 0 {
			found.Items = append(found.Items, row.Doc)
		}
	}
	return weaklyTagged(request, found)
}
