package handler

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
)

// SystemRoute is a route of the system's own, beside those that the contexts declare.
type SystemRoute struct {
	Name   string // names the Lambda and its folder
	Route  string
	Role   string       // that the caller needs; empty for anybody at all
	What   string       // one sentence for the API's description
	Input  reflect.Type // what it takes, as [take] reads it; nil for nothing
	Answer reflect.Type // what it answers
}

// IsRead reports whether a route only reads. Any other asks for something to be done later, and is answered 202.
func (r SystemRoute) IsRead() bool { return strings.HasPrefix(r.Route, http.MethodGet+" ") }

// Status is what a route answers with when it does not refuse.
func (r SystemRoute) Status() int {
	if r.IsRead() {
		return http.StatusOK
	}
	return http.StatusAccepted
}

// QueryParameters are the names that a route takes in its query string.
func (r SystemRoute) QueryParameters() []string {
	if r.Input == nil {
		return nil
	}
	return inQuery(r.Input)
}

// take reads what a caller who may asks of a system route, whose Input is a T: a struct with `path:"view"` for ids in the
// path, `query:"prefix"` for strings, booleans, uint64s and pointers to them in the query string, where "limit" is an int as
// everywhere, and `json:"keep"` for members of a body. What is not of the body is tagged `json:"-"` too, unless the route
// only reads.
func take[T any](r SystemRoute, request events.APIGatewayV2HTTPRequest) (T, error) {
	input := reflect.New(r.Input).Elem()
	err := r.fill(input, request)
	return input.Interface().(T), err
}

func (r SystemRoute) fill(input reflect.Value, request events.APIGatewayV2HTTPRequest) error {
	if err := engine.Authorize(r.Role, identity(request)); err != nil {
		return err
	}
	if err := onlyKnown(request, r.QueryParameters()); err != nil {
		return err
	}
	switch {
	case !r.IsRead():
		if err := members(input, request); err != nil {
			return err
		}
	case request.Body != "":
		return errBody
	}
	return fill(input, request, nil)
}

// members reads the members of a body, all that are required.
func members(into reflect.Value, request events.APIGatewayV2HTTPRequest) error {
	text, err := body(request)
	if err != nil {
		return err
	}
	if err := decodeInput(text, into.Addr().Interface()); err != nil {
		return err
	}
	return complete(text, into.Type(), "")
}
