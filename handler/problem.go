package handler

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Problem is the body of every refusal (RFC 9457, application/problem+json).
type Problem struct {
	Type    string `json:"type"` // a URI reference: the code, below /problems/
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Code    string `json:"code"` // stable; what programs look at
	Field   string `json:"field,omitempty"`
	TraceID string `json:"traceId"`
}

// statuses is the one place where kinds of refusal become HTTP statuses.
var statuses = map[es.Kind]int{
	es.KindInvalid:         http.StatusBadRequest,
	es.KindUnauthenticated: http.StatusUnauthorized,
	es.KindForbidden:       http.StatusForbidden,
	es.KindNotFound:        http.StatusNotFound,
	es.KindConflict:        http.StatusConflict,
	es.KindTooMany:         http.StatusTooManyRequests,
}

// NewProblem describes an error to the caller. What is not a refusal is described as little as possible, and logged.
func NewProblem(ctx context.Context, traceID string, err error) Problem {
	var refusal *es.Rejection
	var syntax *requestError
	switch {
	case errors.As(err, &refusal):
		return problem(statuses[refusal.Kind], refusal.Code, refusal.Detail, refusal.Field, traceID)
	case errors.As(err, &syntax):
		return problem(syntax.status, syntax.code, syntax.detail, syntax.field, traceID)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil: // by the caller, who has gone
		return busy(traceID)
	case errors.Is(err, engine.ErrMoving):
		return problem(http.StatusServiceUnavailable, "Moving", "the system is moving, and takes this again in a moment", "", traceID)
	case errors.Is(err, engine.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		slog.WarnContext(ctx, "busy", "traceId", traceID, "error", err)
		return busy(traceID)
	case errors.Is(err, es.ErrNewer):
		slog.ErrorContext(ctx, "outdated", "traceId", traceID, "error", err)
		return problem(http.StatusServiceUnavailable, "Outdated", "a later version of this program is at work already; try again", "", traceID)
	default:
		slog.ErrorContext(ctx, "request failed", "traceId", traceID, "error", err)
		return problem(http.StatusInternalServerError, "Internal", "this failed on our side; it has been logged under the trace id", "", traceID)
	}
}

func busy(traceID string) Problem {
	return problem(http.StatusServiceUnavailable, "Busy", "too much is going on just now; try again", "", traceID)
}

func problem(status int, code, detail, field, traceID string) Problem {
	return Problem{
		Type: "/problems/" + code, Title: http.StatusText(status), Status: status,
		Detail: detail, Code: code, Field: field, TraceID: traceID,
	}
}

// MethodNotAllowed describes a route that exists for other methods only.
func MethodNotAllowed(traceID, allowed string) Problem {
	return problem(http.StatusMethodNotAllowed, "MethodNotAllowed", "this path takes "+allowed, "", traceID)
}

// Response makes the problem an HTTP answer.
func (p Problem) Response() events.APIGatewayV2HTTPResponse {
	response := answer(p.Status, p)
	response.Headers["content-type"] = "application/problem+json"
	switch p.Status {
	case http.StatusUnauthorized:
		response.Headers["www-authenticate"] = "Bearer"
	case http.StatusServiceUnavailable:
		response.Headers["retry-after"] = "1"
	}
	return response
}

// requestError is a fault in the shape of a request, found before any declaration was asked.
type requestError struct {
	status      int
	code, field string
	detail      string
}

func (e *requestError) Error() string { return e.code + ": " + e.detail }

// decodeInput reads a JSON body strictly, and says of what is wrong with it where it is.
func decodeInput(body []byte, into any) error {
	err := es.DecodeStrict(body, into)
	if err == nil {
		return nil
	}
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &semantic):
		return &requestError{http.StatusBadRequest, "InvalidInput", pointer(semantic.JSONPointer), semanticDetail(semantic)}
	case errors.As(err, &syntactic):
		return &requestError{http.StatusBadRequest, "MalformedJSON", pointer(syntactic.JSONPointer), strings.TrimPrefix(syntactic.Error(), "jsontext: ")}
	default:
		return &requestError{http.StatusBadRequest, "MalformedJSON", "", err.Error()}
	}
}

func semanticDetail(err *json.SemanticError) string {
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return "there is no such field"
	case err.JSONKind == 0 || err.GoType == nil:
		return "the value does not fit here"
	default:
		return "a JSON " + err.JSONKind.String() + " does not fit here"
	}
}

func pointer(p jsontext.Pointer) string {
	if p == "" {
		return ""
	}
	return string(p[1:])
}

// answer makes a JSON answer.
func answer(status int, body any) events.APIGatewayV2HTTPResponse {
	text, err := es.Encode(body)
	if err != nil {
		// Only a type that no JSON can hold gets here; the types of answers are ours.
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusInternalServerError, Headers: map[string]string{}}
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers:    map[string]string{"content-type": "application/json", "cache-control": "no-store"},
		Body:       string(text),
	}
}
