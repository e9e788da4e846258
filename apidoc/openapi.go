package apidoc

import (
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// document is an OpenAPI document, as far as it is used here.
type document struct {
	OpenAPI    string                           `json:"openapi"`
	Info       info                             `json:"info"`
	Servers    []address                        `json:"servers,omitempty"`
	Tags       []tag                            `json:"tags"`
	Paths      map[string]map[string]*operation `json:"paths"`
	Components components                       `json:"components"`
}

type info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

// address is where an API is.
type address struct {
	URL string `json:"url"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type components struct {
	Schemas    map[string]*jsonschema.Schema `json:"schemas"`
	Responses  map[string]response           `json:"responses"`
	Parameters map[string]parameter          `json:"parameters"`
	Headers    map[string]header             `json:"headers"`
	Security   map[string]securityScheme     `json:"securitySchemes"`
}

type operation struct {
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description"`
	Tags        []string              `json:"tags"`
	Security    []map[string][]string `json:"security"`
	Parameters  []parameter           `json:"parameters,omitempty"`
	Body        *requestBody          `json:"requestBody,omitempty"`
	Responses   map[string]response   `json:"responses"`
}

type parameter struct {
	Ref         string             `json:"$ref,omitempty"`
	Name        string             `json:"name,omitempty"`
	In          string             `json:"in,omitempty"`
	Description string             `json:"description,omitempty"`
	Required    bool               `json:"required,omitzero"`
	Schema      *jsonschema.Schema `json:"schema,omitzero"`
}

type requestBody struct {
	Required bool             `json:"required"`
	Content  map[string]media `json:"content"`
}

type response struct {
	Ref         string            `json:"$ref,omitempty"`
	Description string            `json:"description,omitempty"`
	Headers     map[string]header `json:"headers,omitempty"`
	Content     map[string]media  `json:"content,omitempty"`
}

type header struct {
	Ref         string             `json:"$ref,omitempty"`
	Description string             `json:"description,omitempty"`
	Schema      *jsonschema.Schema `json:"schema,omitzero"`
}

type media struct {
	Schema *jsonschema.Schema `json:"schema"`
}

type securityScheme struct {
	Type        string `json:"type"`
	Scheme      string `json:"scheme,omitempty"`
	Format      string `json:"bearerFormat,omitempty"`
	Name        string `json:"name,omitempty"`
	In          string `json:"in,omitempty"`
	Description string `json:"description,omitempty"`
}

const (
	title    = "Foldstream"
	version  = "1.0.0"
	overview = "A command changes one stream of events and answers where it got to; a query reads a view. What a command " +
		"brings about elsewhere comes a moment later: it is pushed over the WebSocket, it is found under the answer's " +
		"traceId at /traces/{traceId}, and a query waits for it with min-version. Every refusal is a Problem (RFC 9457) " +
		"with a stable code."
	systemTag = "system"
)

var bearerScheme = securityScheme{
	Type: "http", Scheme: "bearer", Format: "JWT", Description: "An access token, signed with RS256. It says which roles the caller has.",
}

// OpenAPI describes the app's HTTP API as an OpenAPI 3.1 document in JSON, the same bytes each time. It fails for
// declarations that cannot be described, such as a body that no JSON can hold.
func OpenAPI(app *es.App) ([]byte, error) { return OpenAPIAt(app, "") }

// OpenAPIAt is [OpenAPI] for a document that does not stand beside the API, which is at a URL.
func OpenAPIAt(app *es.App, url string) ([]byte, error) {
	d := newDescriber(app, newSchemas())
	tags := make([]tag, 0, len(app.Contexts)+1)
	for _, c := range app.Contexts {
		tags = append(tags, tag{Name: c.Name})
	}
	tags = append(tags, tag{Name: systemTag, Description: "The system's own, beside what the contexts declare."})
	responses := d.problems()
	if err := d.schemas.err(); err != nil {
		return nil, fmt.Errorf("describe the HTTP API: %w", err)
	}
	var servers []address
	if url != "" {
		servers = []address{{url}}
	}
	return es.Encode(document{
		OpenAPI: "3.1.0", Info: info{title, version, overview}, Servers: servers, Tags: tags, Paths: d.paths,
		Components: components{
			Schemas: d.schemas.named, Responses: responses, Parameters: sharedParameters, Headers: sharedHeaders,
			Security: map[string]securityScheme{"bearer": bearerScheme},
		},
	})
}

// describer gathers the operations of an app.
type describer struct {
	schemas *schemas
	paths   map[string]map[string]*operation
	routes  []string // of the operations, in order of declaration
}

func newDescriber(app *es.App, s *schemas) *describer {
	d := &describer{schemas: s, paths: map[string]map[string]*operation{}}
	for _, c := range app.Contexts {
		d.context(c)
	}
	for _, r := range handler.SystemRoutesOf(app) {
		d.system(r)
	}
	return d
}

func (d *describer) context(c es.Context) {
	for _, decl := range c.Commands {
		if !decl.IsInternal() {
			d.add(decl.Route, d.command(c.Name, decl))
		}
	}
	for _, decl := range c.Queries {
		d.add(decl.Route, d.query(c.Name, decl))
	}
}

func (d *describer) add(route string, o *operation) {
	method, path, _ := strings.Cut(route, " ")
	if d.paths[path] == nil {
		d.paths[path] = map[string]*operation{}
	}
	d.paths[path][strings.ToLower(method)] = o
	d.routes = append(d.routes, route)
}

// operation is what commands, queries and the system's routes have in common.
func (d *describer) operation(tag, name, role, what string) *operation {
	o := &operation{
		ID: name, Summary: sentence(name), Tags: []string{tag}, Security: []map[string][]string{},
		Description: strings.TrimSpace(what + " Open to everybody."), Responses: map[string]response{},
	}
	if role != "" {
		o.Security = append(o.Security, map[string][]string{"bearer": {role}})
		o.Description = strings.TrimSpace(fmt.Sprintf("%s Takes the role %s.", what, role))
	}
	return o
}
