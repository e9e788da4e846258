package opensearch_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

func TestSearch(t *testing.T) {
	contract.Search(t, func(t *testing.T) engine.Search {
		_, search := newFake(t)
		return search
	})
}

func TestWholeSearch(t *testing.T) {
	contract.WholeSearch(t, func(t *testing.T) engine.WholeSearch {
		_, search := newFake(t)
		return search
	})
}

func TestRequests(t *testing.T) {
	f, search := newFake(t)
	if err := search.Index(t.Context(), "teams", "a/b c:é*", 7, "Crème, brûlée!"); err != nil {
		t.Fatal(err)
	}
	if err := search.Index(t.Context(), "teams", "2", 8, ""); err != nil {
		t.Fatal(err)
	}
	if got, err := search.Find(t.Context(), "teams", "BRÛLÉE cre", 20); err != nil || !slices.Equal(got, []string{"a/b c:é*"}) {
		t.Fatalf("found %q, error %v", got, err)
	}
	document := `PUT /test-teams/_doc/a%2Fb%20c%3A%C3%A9%2A?require_alias=true&version=7&version_type=external_gte {"text":"Creme brulee"}`
	want := []string{
		document,
		`PUT /test-teams.1 {"aliases":{"test-teams":{}},` +
			`"mappings":{"dynamic":"strict","properties":{"text":{"analyzer":"words","type":"text"}}},` +
			`"settings":{"analysis":{"analyzer":{"words":{"filter":["lowercase","asciifolding"],"tokenizer":"whitespace","type":"custom"}}},"number_of_shards":1}}`,
		document,
		`PUT /test-teams/_doc/2?require_alias=true&version=8&version_type=external_gte {"text":""}`,
		`POST /test-teams/_search {"_source":false,"query":{"bool":{` +
			`"must":[{"match_bool_prefix":{"text":{"operator":"and","query":"BRULEE cre"}}}],` +
			`"should":[{"match":{"text":{"operator":"and","query":"BRULEE cre"}}}]}},"size":20,"track_total_hits":false}`,
	}
	if diff := cmp.Diff(want, f.requests); diff != "" {
		t.Errorf("the requests (-want +got):\n%s", diff)
	}
}

func TestViewsWithoutDocumentsFindNothing(t *testing.T) {
	f, search := newFake(t)
	if got, err := search.Find(t.Context(), "teams", "word", 20); err != nil || len(got) != 0 || len(f.requests) != 1 {
		t.Errorf("found %q with %d requests, error %v", got, len(f.requests), err)
	}
}

func TestWholeWordsComeBeforeBeginnings(t *testing.T) {
	_, search := newFake(t)
	for i, text := range []string{"apples apples apples", "applesauce apples", "apple with a long tail of other words"} {
		if err := search.Index(t.Context(), "fruit", fmt.Sprint(i), 1, text); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := search.Find(t.Context(), "fruit", "apple", 1); err != nil || !slices.Equal(got, []string{"2"}) {
		t.Errorf("found %q first, error %v", got, err)
	}
}

func TestIndexesAreCreatedOnce(t *testing.T) {
	f, search := newFake(t)
	var indexing sync.WaitGroup
	for i := range 8 {
		indexing.Go(func() {
			if err := search.Index(t.Context(), "teams", fmt.Sprint(i), 1, "word"); err != nil {
				t.Error(err)
			}
		})
	}
	indexing.Wait()
	if got, err := search.Find(t.Context(), "teams", "word", 20); err != nil || len(got) != 8 || len(f.indexes) != 1 {
		t.Errorf("found %q in %d indexes, error %v", got, len(f.indexes), err)
	}
	// One that somebody deletes is created again, as it was.
	f.mu.Lock()
	clear(f.aliases)
	clear(f.indexes)
	f.mu.Unlock()
	if err := search.Index(t.Context(), "teams", "9", 2, "word"); err != nil {
		t.Fatal(err)
	}
	if got, err := search.Find(t.Context(), "teams", "word", 20); err != nil || !slices.Equal(got, []string{"9"}) {
		t.Errorf("found %q, error %v", got, err)
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		busy   bool
		says   string
	}{
		{
			http.StatusTooManyRequests, `{"error":{"root_cause":[{"type":"rejected_execution_exception","reason":"queue full"}],` +
				`"type":"rejected_execution_exception","reason":"queue full"},"status":429}`, true, "429 rejected_execution_exception: queue full",
		},
		{http.StatusServiceUnavailable, `<html><body>Service Unavailable</body></html>`, true, "503 : <html><body>Service Unavailable"},
		{http.StatusForbidden, `{"Message":"User: anonymous is not authorized to perform: es:ESHttpPut"}`, false, "is not authorized"},
		{http.StatusNotFound, `{"error":"no handler found for uri","status":404}`, false, "no handler found"},
		{http.StatusBadRequest, `{"error":{"type":"illegal_argument_exception","reason":"no"},"status":400}`, false, "400 illegal_argument_exception: no"},
		{http.StatusConflict, `{"error":{"type":"snapshot_in_progress_exception","reason":"no"},"status":409}`, false, "409 snapshot_in_progress_exception"},
	} {
		search := searchAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			fmt.Fprint(w, test.body)
		}))
		_, found := search.Find(t.Context(), "teams", "word", 10)
		for what, err := range map[string]error{"index 1 of teams": search.Index(t.Context(), "teams", "1", 1, "word"), "find documents of teams": found} {
			if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), test.says) || errors.Is(err, engine.ErrBusy) != test.busy {
				t.Errorf("%d: got error %v, want one that says %q and %q; busy: %t", test.status, err, what, test.says, test.busy)
			}
		}
	}
}
