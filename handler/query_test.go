package handler_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// sheet is a document.
type sheet struct {
	ID string `json:"id"`
	At string `json:"at"`
}

var sheets = es.Project(
	"sheets", es.Upon(drawings, func(s sheet, _ drawn, _ es.Meta) sheet { return s }),
).IndexedBy("all", func(s sheet) []es.Key {
	return []es.Key{{Partition: "all", Sort: s.At}}
}).Searchable(func(s sheet) string { return s.ID })

// recent lists the sheets that were begun by now, or are the caller's.
type recent struct {
	Now  string `from:"now"`
	User string `from:"invoker"`
}

func (q recent) Validate() error {
	_, err := time.Parse(time.RFC3339, q.Now)
	return err
}
func (recent) Page() (index, partition string) { return "all", "all" }
func (q recent) Keep(s sheet) bool             { return s.At <= q.Now || s.ID == q.User }

var (
	findSheets = es.Search(sheets, "search-sheets", "GET /sheet-search")
	listSheets = es.List[recent](sheets, "list-sheets", "GET /sheets")
)

// ranking is a search that always finds the same.
type ranking struct {
	engine.Search
	ids   []string
	asked string
	most  int
	err   error
}

func (r *ranking) Find(_ context.Context, view, query string, limit int) ([]string, error) {
	r.asked, r.most = view+": "+query, limit
	return r.ids, r.err
}

func save(t *testing.T, views engine.Views, s sheet) {
	t.Helper()
	doc, err := es.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	row := engine.Row{Version: 1, Doc: doc, Keys: []es.Key{{Index: "all", Partition: "all", Sort: s.At}}}
	if err := views.Save(t.Context(), "sheets", s.ID, engine.Row{}, row); err != nil {
		t.Fatal(err)
	}
}

// ids are those of a listed answer.
func ids(t *testing.T, response events.APIGatewayV2HTTPResponse) (all []string) {
	t.Helper()
	var listed struct {
		Items []sheet `json:"items"`
	}
	if err := es.Decode([]byte(response.Body), &listed); err != nil {
		t.Fatalf("%d %s: %v", response.StatusCode, response.Body, err)
	}
	for _, s := range listed.Items {
		all = append(all, s.ID)
	}
	return all
}

func query(parameters ...string) events.APIGatewayV2HTTPRequest {
	request := events.APIGatewayV2HTTPRequest{QueryStringParameters: map[string]string{}, Headers: map[string]string{}}
	for i := 0; i < len(parameters); i += 2 {
		request.QueryStringParameters[parameters[i]] = parameters[i+1]
	}
	return by("ann", request)
}

func TestSearch(t *testing.T) {
	db := open(t)
	for _, id := range []string{"a", "b", "c"} {
		save(t, db, sheet{ID: id})
	}
	found := &ranking{ids: []string{"c", "gone", "a", "b"}}
	h := &handler.Query{Decl: findSheets, Views: db, Search: found}

	t.Run("the order is that of the search, without what is gone", func(t *testing.T) {
		response, _ := handle(t, h.Handle, query("q", "some words"))
		if diff := cmp.Diff([]string{"c", "a", "b"}, ids(t, response)); diff != "" {
			t.Error(diff)
		}
		if found.asked != "sheets: some words" || found.most != handler.UsualPage {
			t.Errorf("asked for %q, %d", found.asked, found.most)
		}
	})
	t.Run("as many as are wanted", func(t *testing.T) {
		if handle(t, h.Handle, query("q", "x", "limit", "7")); found.most != 7 {
			t.Errorf("asked for %d", found.most)
		}
	})
	t.Run("what the caller has is not sent again", func(t *testing.T) {
		first, _ := handle(t, h.Handle, query("q", "x"))
		again := query("q", "x")
		again.Headers["if-none-match"] = first.Headers["etag"]
		if response, _ := handle(t, h.Handle, again); response.StatusCode != http.StatusNotModified || response.Body != "" || first.Headers["etag"] == "" {
			t.Errorf("answered %d %q", response.StatusCode, response.Body)
		}
		save(t, db, sheet{ID: "gone"})
		if response, _ := handle(t, h.Handle, again); response.StatusCode != http.StatusOK {
			t.Errorf("after a change: %d", response.StatusCode)
		}
	})
	t.Run("nothing is an empty list", func(t *testing.T) {
		h := &handler.Query{Decl: findSheets, Views: db, Search: &ranking{}}
		if response, _ := handle(t, h.Handle, query("q", "x")); response.Body != `{"items":[]}` {
			t.Errorf("answered %s", response.Body)
		}
	})
	t.Run("words of 200 letters, whatever their bytes", func(t *testing.T) {
		if response, _ := handle(t, h.Handle, query("q", strings.Repeat("ß", handler.MaxWords))); response.StatusCode != http.StatusOK {
			t.Errorf("answered %s", response.Body)
		}
	})
	for name, c := range map[string]struct {
		parameters []string
		field      string
	}{
		"no words":          {nil, "q"},
		"empty words":       {[]string{"q", ""}, "q"},
		"too many words":    {[]string{"q", strings.Repeat("x", handler.MaxWords+1)}, "q"},
		"words of no text":  {[]string{"q", "\xff"}, "q"},
		"none":              {[]string{"q", "x", "limit", "0"}, "limit"},
		"too many":          {[]string{"q", "x", "limit", "101"}, "limit"},
		"no number":         {[]string{"q", "x", "limit", "x"}, "limit"},
		"there is one page": {[]string{"q", "x", "cursor", "x"}, "cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, p := handle(t, h.Handle, query(c.parameters...)); p.Status != http.StatusBadRequest || p.Field != c.field {
				t.Errorf("answered %+v", p)
			}
		})
	}
	t.Run("nobody", func(t *testing.T) {
		request := query("q", "x")
		request.RequestContext.Authorizer = nil
		if _, p := handle(t, h.Handle, request); p.Status != http.StatusUnauthorized {
			t.Errorf("answered %+v", p)
		}
	})
	t.Run("a search that fails is our fault, and its reason ours to know", func(t *testing.T) {
		found.err = errors.New("the cluster is red")
		if response, p := handle(t, h.Handle, query("q", "x")); p.Code != "Internal" || strings.Contains(response.Body, "red") {
			t.Errorf("answered %+v", p)
		}
	})
}

// A listing knows what time it is, and who asks.
func TestListNow(t *testing.T) {
	db := open(t)
	save(t, db, sheet{ID: "past", At: "2031-03-04T11:59:59.999Z"})
	save(t, db, sheet{ID: "present", At: "2031-03-04T12:00:00.000Z"})
	save(t, db, sheet{ID: "future", At: "2031-03-04T12:00:00.001Z"})
	save(t, db, sheet{ID: "ann", At: "2031-03-05T00:00:00.000Z"})
	now := noon
	h := &handler.Query{Decl: listSheets, Views: db, World: engine.World{Now: func() time.Time { return now }}}
	list := func() []string {
		response, _ := handle(t, h.Handle, query())
		return ids(t, response)
	}
	if diff := cmp.Diff([]string{"past", "present", "ann"}, list()); diff != "" {
		t.Error(diff)
	}
	now = noon.Add(time.Millisecond).In(time.FixedZone("elsewhere", 3600))
	if diff := cmp.Diff([]string{"past", "present", "future", "ann"}, list()); diff != "" {
		t.Error(diff)
	}
	t.Run("nobody else says so", func(t *testing.T) {
		for _, name := range []string{"now", "Now", "invoker", "User"} {
			if _, p := handle(t, h.Handle, query(name, "2099-01-01T00:00:00Z")); p.Status != http.StatusBadRequest || p.Field != name {
				t.Errorf("%s: %+v", name, p)
			}
		}
	})
}
