package opensearch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/words"
)

// Search implements [engine.Search]. What is indexed is found about a second later. It is safe for concurrent use.
type Search struct {
	Config   aws.Config
	Endpoint string // of the domain, such as https://search-foldstream-….eu-central-1.es.amazonaws.com
	Prefix   string // begins the names of all indexes: lower-case letters, digits and dashes
}

var _ engine.WholeSearch = (*Search)(nil)

// mostWords is how many words a query has at most: OpenSearch takes 1,024 clauses, and each word makes two.
const mostWords = 500

// object is a JSON object.
type object = map[string]any

// field is the one that documents have.
const field = "text"

// Index implements [engine.Search]. It costs one request, and two more the first time that a view has a document.
func (s *Search) Index(ctx context.Context, view, id string, version uint64, text string) error {
	put := request{
		method: http.MethodPut, path: []string{s.alias(view), "_doc", id},
		query: url.Values{
			"version": {strconv.FormatUint(version, 10)}, "version_type": {"external_gte"}, "require_alias": {"true"},
		},
		body: object{field: strings.Join(words.Of(text), " ")},
	}
	err := s.call(ctx, put, nil)
	if is(err, http.StatusNotFound, "index_not_found_exception") {
		if err = s.create(ctx, view); err == nil {
			err = s.call(ctx, put, nil)
		}
	}
	if err != nil && !is(err, http.StatusConflict, "version_conflict_engine_exception") {
		return fmt.Errorf("index %s of %s: %w", id, view, err)
	}
	return nil
}

// Find implements [engine.Search]. It costs one request. A query of more than 500 different words finds nothing.
func (s *Search) Find(ctx context.Context, view, query string, limit int) ([]string, error) {
	wanted := words.Distinct(words.Of(query))
	if len(wanted) == 0 || len(wanted) > mostWords {
		return nil, ctx.Err()
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				ID string `json:"_id"`
			} `json:"hits"`
		} `json:"hits"`
	}
	err := s.call(ctx, request{
		method: http.MethodPost, path: []string{s.alias(view), "_search"}, body: find(strings.Join(wanted, " "), limit),
	}, &answer)
	if is(err, http.StatusNotFound, "index_not_found_exception") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find documents of %s: %w", view, err)
	}
	var ids []string
	for _, hit := range answer.Hits.Hits {
		ids = append(ids, hit.ID)
	}
	return ids, nil
}

// find asks for documents that have all words, the last one as a beginning. All beginnings count alike, so those that have it as
// a whole word count for more.
func find(words string, limit int) object {
	all := object{field: object{"query": words, "operator": "and"}}
	return object{
		"size": limit, "_source": false, "track_total_hits": false,
		"query": object{"bool": object{
			"must":   []any{object{"match_bool_prefix": all}},
			"should": []any{object{"match": all}},
		}},
	}
}

// create creates a view's index; it is no error if it is there. One shard holds 50 GB, and ranks all documents together.
func (s *Search) create(ctx context.Context, view string) error {
	alias := s.alias(view)
	err := s.call(ctx, request{method: http.MethodPut, path: []string{index(alias)}, body: object{
		"aliases": object{alias: object{}},
		"mappings": object{
			"dynamic":    "strict",
			"properties": object{field: object{"type": "text", "analyzer": "words"}},
		},
		"settings": object{
			"number_of_shards": 1,
			"analysis": object{"analyzer": object{"words": object{
				"type": "custom", "tokenizer": "whitespace", "filter": []string{"lowercase", "asciifolding"},
			}}},
		},
	}}, nil)
	if is(err, http.StatusBadRequest, "resource_already_exists_exception") {
		return nil
	}
	return err
}

// EraseTexts implements [engine.WholeSearch]: it deletes the view's index, and with it the alias. It costs one request.
func (s *Search) EraseTexts(ctx context.Context, view string) error {
	err := s.call(ctx, request{method: http.MethodDelete, path: []string{index(s.alias(view))}}, nil)
	if err != nil && !is(err, http.StatusNotFound, "index_not_found_exception") {
		return fmt.Errorf("delete the index of %s: %w", view, err)
	}
	return nil
}

func (s *Search) alias(view string) string { return s.Prefix + "-" + view }

// index is the index that an alias stands for.
func index(alias string) string { return alias + ".1" }

// is reports whether an error is a refusal of a kind.
func is(err error, status int, kind string) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status && r.kind == kind
}
