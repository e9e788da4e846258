package handler

import (
	"context"
	"encoding/base64"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// MaxBodyBytes bounds the body of a request.
const MaxBodyBytes = engine.MaxCommitBytes

// HTTP is a handler of HTTP API requests (payload format 2.0).
type HTTP func(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// body is the request's JSON text; an empty one stands for an object without members.
func body(request events.APIGatewayV2HTTPRequest) ([]byte, error) {
	text := []byte(request.Body)
	if request.IsBase64Encoded {
		var err error
		if text, err = base64.StdEncoding.DecodeString(request.Body); err != nil {
			return nil, &requestError{http.StatusBadRequest, "MalformedJSON", "", "the body is not readable"}
		}
	}
	if len(text) > MaxBodyBytes {
		return nil, &requestError{http.StatusRequestEntityTooLarge, "BodyTooLarge", "", "a body has at most " + strconv.Itoa(MaxBodyBytes) + " bytes"}
	}
	if len(text) == 0 {
		return []byte("{}"), nil
	}
	kind, _, err := mime.ParseMediaType(request.Headers["content-type"])
	if err != nil || kind != "application/json" {
		return nil, &requestError{http.StatusUnsupportedMediaType, "UnsupportedMediaType", "", "send the body as application/json"}
	}
	return text, nil
}

const (
	// IDPattern is what an id in a path may look like, which keeps odd characters out of keys, logs and file names. The length
	// is no part of it: that would cost every cold start a third of a millisecond.
	IDPattern = `^[A-Za-z0-9][A-Za-z0-9._~@:-]*$`
	// MaxID is how many characters an id has at most.
	MaxID = 128
)

var idPattern = regexp.MustCompile(IDPattern)

func isID(s string) bool { return len(s) <= MaxID && idPattern.MatchString(s) }

func badID(field string) *es.Rejection {
	return es.Invalid(field, "an id has 1 to %d letters, digits and . _ ~ @ : -", MaxID)
}

// fill sets the fields of a declared input that come from the request's path, query and caller.
func fill(into reflect.Value, request events.APIGatewayV2HTTPRequest, from map[string]string) error {
	for i := range into.NumField() {
		tag := into.Type().Field(i).Tag
		switch path, source, query := tag.Get("path"), tag.Get("from"), tag.Get("query"); {
		case path != "":
			value := request.PathParameters[path]
			if !isID(value) {
				return badID(path)
			}
			into.Field(i).SetString(value)
		case source != "":
			into.Field(i).SetString(from[source])
		case query == "limit":
			n, err := limit(request.QueryStringParameters)
			if err != nil {
				return err
			}
			into.Field(i).SetInt(int64(n))
		case query != "":
			if err := set(into.Field(i), query, request.QueryStringParameters); err != nil {
				return err
			}
		}
	}
	return nil
}

// set fills a string, a boolean or a whole number from the query string. A pointer stays nil for what is not given.
func set(field reflect.Value, name string, values map[string]string) error {
	value, given := values[name]
	if !given {
		return nil
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Uint64:
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil {
			return es.Invalid(name, "a whole number, 0 or more")
		}
		field.SetUint(n)
	default:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return es.Invalid(name, "true or false")
		}
		field.SetBool(b)
	}
	return nil
}
