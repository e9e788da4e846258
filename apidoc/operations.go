package apidoc

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// command describes the route of a command. A decision may refuse with any kind of rejection, so that each of their
// statuses can happen.
func (d *describer) command(tag string, decl *es.CommandDecl) *operation {
	o := d.operation(tag, decl.Name, decl.Role, fmt.Sprintf("Changes one stream of the category %s.", decl.Aggregate.Category()))
	o.Parameters = append(pathParameters(decl.Route), parameter{Ref: parametersAt + "IdempotencyKey"})
	o.Body = d.body(decl.Input)
	status, accepted := http.StatusOK, response{
		Description: "Done. A repetition of an earlier request is answered alike.",
		Headers:     map[string]header{"ETag": {Ref: headersAt + "Version"}, "Cache-Control": {Ref: headersAt + "NoStore"}},
		Content:     inJSON(d.answer(decl)),
	}
	if handler.IsQueued(decl) {
		status = http.StatusAccepted
		accepted.Description = "Queued for the one writer of this stream. What became of it is pushed to the caller, and found in its trace."
		delete(accepted.Headers, "ETag")
	}
	if decl.Creates != "" {
		if status == http.StatusOK {
			status = http.StatusCreated
		}
		accepted.Headers["Location"] = header{Description: "Where the created is found, as " + decl.Creates, Schema: text()}
	}
	o.Responses[strconv.Itoa(status)] = accepted
	o.refuse(
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusTooManyRequests,
	)
	return o
}

// body describes the members that a command takes; nil when there are none, and nothing needs to be sent.
func (d *describer) body(input reflect.Type) *requestBody {
	schema := d.schemas.describe(input, true)
	if !hasMembers(schema) {
		return nil
	}
	return &requestBody{Required: len(schema.Required) > 0, Content: inJSON(d.schemas.input(input))}
}

func (d *describer) answer(decl *es.CommandDecl) *jsonschema.Schema {
	accepted := reflect.TypeFor[handler.Accepted]()
	switch {
	case decl.AnswerType == nil:
		return d.schemas.output(accepted)
	case decl.GrantsToken():
		return d.schemas.joined(accepted, reflect.TypeFor[token.Token]())
	default:
		return d.schemas.joined(accepted, decl.AnswerType)
	}
}

func (d *describer) query(tag string, decl *es.QueryDecl) *operation {
	what, schema := "One document of the view "+decl.View.Name+".", d.schemas.output(decl.View.Doc)
	several := decl.IsList() || decl.Finds
	switch {
	case decl.Finds:
		what, schema = "The documents of the view "+decl.View.Name+" that have all the words, the best first.", page(schema)
	case decl.IsList():
		what, schema = "A page of documents of the view "+decl.View.Name+".", page(schema)
	}
	o := d.operation(tag, decl.Name, decl.Role, what)
	o.Parameters = append(pathParameters(decl.Route), d.inQuery(handler.QueryParameters(decl), decl.Input)...)
	o.Parameters = append(o.Parameters, parameter{Ref: parametersAt + "IfNoneMatch"})
	headers := map[string]header{"ETag": {Ref: headersAt + "Version"}, "Cache-Control": {Ref: headersAt + "Revalidate"}}
	if several {
		headers["ETag"] = header{Ref: headersAt + "PageTag"}
	}
	o.Responses["200"] = response{Description: "Found.", Headers: headers, Content: inJSON(schema)}
	o.Responses["304"] = response{Description: "The caller has it already.", Headers: headers}
	o.refuse(http.StatusBadRequest)
	if decl.Role != "" {
		o.refuse(http.StatusUnauthorized, http.StatusForbidden)
	}
	if !several {
		o.refuse(http.StatusNotFound, http.StatusConflict)
	}
	return o
}

func page(item *jsonschema.Schema) *jsonschema.Schema {
	members := jsonschema.NewProperties()
	most := uint64(handler.MaxPage)
	members.Set("items", &jsonschema.Schema{Type: "array", Items: item, MaxItems: &most})
	members.Set("next", &jsonschema.Schema{Type: "string", Description: "The cursor of the next page; none on the last."})
	return &jsonschema.Schema{Type: "object", Properties: members, Required: []string{"items"}}
}

// inQuery describes parameters of the query string. Those that all share need no field of an input.
func (d *describer) inQuery(names []string, input reflect.Type) []parameter {
	shared := map[string]string{"limit": "Limit", "cursor": "Cursor", "min-version": "MinVersion", "q": "Words"}
	var all []parameter
	for _, name := range names {
		if ref, ok := shared[name]; ok {
			all = append(all, parameter{Ref: parametersAt + ref})
			continue
		}
		fields := reflect.VisibleFields(input)
		i := slices.IndexFunc(fields, func(f reflect.StructField) bool { return f.Tag.Get("query") == name })
		all = append(all, parameter{Name: name, In: "query", Description: sentence(name) + ".", Schema: d.schemas.input(fields[i].Type)})
	}
	return all
}

// system describes a route of the system's own: one that reads is answered at once, any other when it is asked for.
func (d *describer) system(r handler.SystemRoute) {
	o := d.operation(systemTag, r.Name, r.Role, r.What)
	o.Parameters = append(pathParameters(r.Route), d.inQuery(r.QueryParameters(), r.Input)...)
	answered := response{Description: "Found.", Content: inJSON(d.schemas.output(r.Answer))}
	if !r.IsRead() {
		answered.Description = "Asked for."
		o.Body = d.body(r.Input)
		o.refuse(http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	o.Responses[strconv.Itoa(r.Status())] = answered
	o.refuse()
	if r.Role != "" {
		o.refuse(http.StatusUnauthorized, http.StatusForbidden)
	}
	if r.Input != nil {
		o.refuse(http.StatusBadRequest)
	}
	if len(es.PathParameters(r.Route)) > 0 {
		o.refuse(http.StatusNotFound)
	}
	d.add(r.Route, o)
}

const parametersAt = "#/components/parameters/"

var sharedParameters = map[string]parameter{
	"IdempotencyKey": {
		Name: "Idempotency-Key", In: "header", Schema: &jsonschema.Schema{Type: "string", MinLength: length(1), MaxLength: length(handler.MaxKey)},
		Description: "Makes a repeated request harmless: the same caller, path and key give the first outcome again and change nothing. " +
			"For a caller without a token the body must be the same too, but for the password; a login is never a repetition.",
	},
	"IfNoneMatch": {Name: "If-None-Match", In: "header", Schema: text(), Description: "The ETag of what the caller has; 304 is answered while it is current."},
	"Limit": {
		Name: "limit", In: "query", Description: "How many documents the page has at most.",
		Schema: &jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: number(handler.MaxPage), Default: handler.UsualPage},
	},
	"Cursor": {Name: "cursor", In: "query", Schema: text(), Description: "The next of the page before."},
	"Words": {
		Name: "q", In: "query", Required: true, Description: "The words to find; the last may be the beginning of one.",
		Schema: &jsonschema.Schema{Type: "string", MinLength: length(1), MaxLength: length(handler.MaxWords)},
	},
	"MinVersion": {
		Name: "min-version", In: "query", Schema: &jsonschema.Schema{Type: "integer", Format: "int64", Minimum: "0"},
		Description: fmt.Sprintf("Waits up to %.0f seconds for the view to reach a version, as a command answered it.", handler.MaxWait.Seconds()),
	},
}

func pathParameters(route string) []parameter {
	var all []parameter
	for _, name := range es.PathParameters(route) {
		all = append(all, parameter{
			Name: name, In: "path", Required: true, Description: sentence(name) + ".",
			Schema: &jsonschema.Schema{Type: "string", Pattern: handler.IDPattern, MaxLength: length(handler.MaxID)},
		})
	}
	return all
}

func text() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }

func length(n uint64) *uint64 { return &n }

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

const jsonType = "application/json"

func inJSON(schema *jsonschema.Schema) map[string]media {
	return map[string]media{jsonType: {Schema: schema}}
}
