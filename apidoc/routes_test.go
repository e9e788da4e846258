package apidoc_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// openAPI is the part of a document that the tests look at.
type openAPI struct {
	Paths map[string]map[string]struct {
		ID         string                `json:"operationId"`
		Tags       []string              `json:"tags"`
		Security   []map[string][]string `json:"security"`
		Parameters []struct {
			Name     string `json:"name"`
			In       string `json:"in"`
			Required bool   `json:"required"`
			Schema   struct {
				Pattern   string `json:"pattern"`
				MaxLength int    `json:"maxLength"`
			} `json:"schema"`
		} `json:"parameters"`
		Body *struct {
			Required bool `json:"required"`
		} `json:"requestBody"`
		Responses map[string]any `json:"responses"`
	} `json:"paths"`
	Components struct {
		Parameters map[string]struct {
			Schema struct {
				Default int `json:"default"`
			} `json:"schema"`
		} `json:"parameters"`
	} `json:"components"`
}

func read(t *testing.T, app *es.App) (document openAPI) {
	t.Helper()
	text, _ := described(t, apidoc.OpenAPI, app)
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// route is what a declaration and its description have in common.
type route struct{ Name, Tag, Role string }

func declared(app *es.App) map[string]route {
	routes := map[string]route{}
	for _, c := range app.Contexts {
		for _, d := range c.Commands {
			if !d.IsInternal() {
				routes[d.Route] = route{d.Name, c.Name, d.Role}
			}
		}
		for _, d := range c.Queries {
			routes[d.Route] = route{d.Name, c.Name, d.Role}
		}
	}
	for _, r := range handler.SystemRoutesOf(app) {
		routes[r.Route] = route{r.Name, "system", r.Role}
	}
	return routes
}

func TestEveryRouteIsDescribedAndNoOther(t *testing.T) {
	for name, app := range apps {
		got := map[string]route{}
		for path, methods := range read(t, app).Paths {
			for method, o := range methods {
				r := route{Name: o.ID, Tag: o.Tags[0]}
				if len(o.Security) > 0 {
					r.Role = o.Security[0]["bearer"][0]
				}
				got[strings.ToUpper(method)+" "+path] = r
			}
		}
		if diff := cmp.Diff(declared(app), got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestEveryPathParameterIsDescribed(t *testing.T) {
	for name, app := range apps {
		for path, methods := range read(t, app).Paths {
			for method, o := range methods {
				var got []string
				for _, p := range o.Parameters {
					if p.In == "path" && p.Required {
						got = append(got, p.Name)
					}
				}
				if diff := cmp.Diff(es.PathParameters(path), got); diff != "" {
					t.Errorf("%s: %s %s:\n%s", name, method, path, diff)
				}
			}
		}
	}
}

func TestCommandsThatCreateAnswer201(t *testing.T) {
	for path, status := range map[string]string{"/doors": "201", "/unlock": "200"} {
		answers := read(t, small).Paths[path]["post"].Responses
		if answers[status] == nil || (answers["200"] == nil) == (answers["201"] == nil) {
			t.Errorf("%s answers %v", path, answers)
		}
	}
}

func TestSystemRoutesAreDescribedByWhatTheyTake(t *testing.T) {
	paths := read(t, small).Paths
	for path, required := range map[string]bool{"/admin/views/{view}/rebuilds": false, "/admin/parked/{consumer}/{stream}/skip": true} {
		o := paths[path]["post"]
		if o.Body == nil || o.Body.Required != required || o.Responses["202"] == nil || o.Responses["200"] != nil || o.Responses["415"] == nil {
			t.Errorf("%s: %+v", path, o)
		}
	}
	if o := paths["/admin/views/{view}/return"]["post"]; o.Body != nil {
		t.Error("there is nothing that it could take")
	}
	var names []string
	for _, p := range paths["/admin/streams/{stream}"]["get"].Parameters {
		names = append(names, p.In+" "+p.Name)
	}
	if diff := cmp.Diff([]string{"path stream", "query after", " "}, names); diff != "" { // the last one is shared
		t.Error(diff)
	}
}

// stub stands for the store behind the handlers that the descriptions are held against.
type stub struct {
	engine.Views
	engine.Traces
	page engine.Page
}

func (s *stub) List(_ context.Context, _ string, page engine.Page) ([]engine.ListedRow, error) {
	s.page = page
	return nil, nil
}

func (*stub) Trace(context.Context, string) ([]engine.Outcome, error) {
	return []engine.Outcome{{Type: "Found"}}, nil
}

func called(by es.Identity, parameters map[string]string) (r events.APIGatewayV2HTTPRequest) {
	r.PathParameters = parameters
	r.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
			Claims: map[string]string{"sub": by.User, "scope": strings.Join(by.Roles, " ")},
		},
	}
	return r
}

var reader = es.Identity{User: "ada", Roles: []string{es.RoleRead, es.RoleAdmin}}

func TestIDsAreDescribedAsTheHandlersTakeThem(t *testing.T) {
	schema := read(t, small).Paths["/traces/{traceId}"]["get"].Parameters[0].Schema
	described := func(id string) bool {
		return len(id) <= schema.MaxLength && regexp.MustCompile(schema.Pattern).MatchString(id)
	}
	ids := []string{"", "-a", ".a", strings.Repeat("a", 128), strings.Repeat("a", 129), "é"}
	for c := range 128 {
		ids = append(ids, "a"+string(rune(c)))
	}
	for _, id := range ids {
		response, err := handler.Trace(&stub{})(t.Context(), called(reader, map[string]string{"traceId": id}))
		if err != nil {
			t.Fatal(err)
		}
		if taken := response.StatusCode == http.StatusOK; taken != described(id) {
			t.Errorf("the id %q: taken %v, described %v", id, taken, !taken)
		}
	}
}

func TestTheUsualPageIsDescribed(t *testing.T) {
	views := &stub{}
	query := &handler.Query{Decl: small.Queries()[1], Views: views}
	if response, err := query.Handle(t.Context(), called(reader, map[string]string{"houseId": "1"})); err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	described := read(t, small).Components.Parameters["Limit"].Schema.Default
	if views.page.Limit != described+1 { // the handler reads one more, to tell whether there is a next page
		t.Errorf("described as %s, but the handler reads %d", strconv.Itoa(described), views.page.Limit)
	}
}
