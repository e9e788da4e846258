package apidoc

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/handler"
)

const (
	headersAt   = "#/components/headers/"
	responsesAt = "#/components/responses/"
)

// refusals says of each status when it is answered.
var refusals = map[int]string{
	http.StatusBadRequest:            "The request itself is wrong; field says where.",
	http.StatusUnauthorized:          "There is no valid token, or the credentials are wrong. An authorizer in front of the system may answer with a body of its own.",
	http.StatusForbidden:             "The caller may not do this.",
	http.StatusNotFound:              "There is no such thing, or not yet.",
	http.StatusConflict:              "Not in the present state, or not at the wanted version yet.",
	http.StatusRequestEntityTooLarge: fmt.Sprintf("A body has at most %d bytes.", handler.MaxBodyBytes),
	http.StatusUnsupportedMediaType:  "A body is application/json.",
	http.StatusTooManyRequests:       "A limit has been reached that time or others can lift.",
	http.StatusInternalServerError:   "The system's own fault; it is logged under the traceId.",
	http.StatusServiceUnavailable:    "Too much is going on just now, or a later version of the system is about to take over.",
}

// refuse adds statuses of refusals, and those that can come of anything.
func (o *operation) refuse(statuses ...int) {
	for _, status := range append(statuses, http.StatusInternalServerError, http.StatusServiceUnavailable) {
		o.Responses[strconv.Itoa(status)] = response{Ref: responsesAt + responseName(status)}
	}
}

func responseName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

// problems are the answers that refuse, by the name of their status.
func (d *describer) problems() map[string]response {
	problem := d.problem()
	all := map[string]response{}
	for status, when := range refusals {
		all[responseName(status)] = response{
			Description: when, Headers: refusalHeaders[status], Content: map[string]media{"application/problem+json": {Schema: problem}},
		}
	}
	return all
}

func (d *describer) problem() *jsonschema.Schema {
	return d.schemas.output(reflect.TypeFor[handler.Problem]())
}

var refusalHeaders = map[int]map[string]header{
	http.StatusUnauthorized:       {"WWW-Authenticate": {Schema: only("Bearer")}},
	http.StatusServiceUnavailable: {"Retry-After": {Description: "Seconds to wait.", Schema: only("1")}},
}

var sharedHeaders = map[string]header{
	"Version":    {Description: "The version of the stream, in quotes.", Schema: &jsonschema.Schema{Type: "string", Pattern: `^"[0-9]+"$`}},
	"PageTag":    {Description: "A tag of the page's content.", Schema: &jsonschema.Schema{Type: "string", Pattern: `^W/"[0-9a-f]+"$`}},
	"NoStore":    {Schema: only("no-store")},
	"Revalidate": {Schema: only("private, no-cache")},
}

// only is the schema of one string.
func only(value string) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Const: value} }
