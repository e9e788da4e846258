package local

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/observe"
)

// gateway does what API Gateway's HTTP API does: it checks the token, and hands the request to the route's handler in the
// payload that a Lambda would get.
type gateway struct {
	mux    *http.ServeMux
	tokens handler.Tokens
	roles  string // the claim of a token that holds the roles
}

// route adds a route. An empty role makes it one without an authorizer.
func (g *gateway) route(route, role string, handle handler.HTTP) {
	handle = handler.RolesFrom(g.roles, handle)
	g.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		ctx := observe.With(r.Context(), "route", route)
		request, err := g.payload(r, route, role != "")
		if err != nil {
			respond(w, handler.NewProblem(ctx, engine.NewID(), err).Response())
			return
		}
		response, err := handle(ctx, request)
		if err != nil {
			response = handler.NewProblem(ctx, engine.NewID(), err).Response()
		}
		respond(w, response)
	})
}

// ServeHTTP implements [http.Handler]. It answers unknown routes and methods as problems, and survives a panic.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(r.Context(), "panic", "path", r.URL.Path, "panic", p)
			respond(w, handler.NewProblem(r.Context(), engine.NewID(), errors.New("panic")).Response())
		}
	}()
	w.Header().Set("x-content-type-options", "nosniff")
	if crossOrigin(w, r) {
		return
	}
	known, pattern := g.mux.Handler(r)
	if pattern != "" {
		g.mux.ServeHTTP(w, r)
		return
	}
	// The mux knows whether it is the path or the method that it does not know.
	word := muted{header: http.Header{}}
	known.ServeHTTP(&word, r)
	refusal := es.NotFound("NoSuchRoute", "there is nothing at this path")
	response := handler.NewProblem(r.Context(), engine.NewID(), refusal).Response()
	if allowed := word.header.Get("Allow"); allowed != "" {
		response = handler.MethodNotAllowed(engine.NewID(), allowed).Response()
		response.Headers["allow"] = allowed
	}
	respond(w, response)
}

// muted takes an answer for its headers alone.
type muted struct{ header http.Header }

func (m *muted) Header() http.Header            { return m.header }
func (m *muted) Write(text []byte) (int, error) { return len(text), nil }
func (m *muted) WriteHeader(int)                {}

func (g *gateway) payload(r *http.Request, route string, authorized bool) (events.APIGatewayV2HTTPRequest, error) {
	// One byte more than is allowed tells the handler that there is too much.
	text, err := io.ReadAll(io.LimitReader(r.Body, handler.MaxBodyBytes+1))
	if err != nil {
		return events.APIGatewayV2HTTPRequest{}, es.Invalid("", "the body broke off")
	}
	request := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: route, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: headers(r), QueryStringParameters: joined(r.URL.Query()), PathParameters: map[string]string{},
		Body: string(text),
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route, Stage: "$default", RequestID: engine.NewID(), TimeEpoch: time.Now().UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: r.RemoteAddr, UserAgent: r.UserAgent(),
			},
		},
	}
	if !utf8.Valid(text) {
		request.Body, request.IsBase64Encoded = base64.StdEncoding.EncodeToString(text), true
	}
	for _, name := range es.PathParameters(route) {
		request.PathParameters[name] = r.PathValue(name)
	}
	if authorized {
		request.RequestContext.Authorizer, err = g.authorize(r.Context(), r.Header.Get("Authorization"))
	}
	return request, err
}

// authorize checks a token, and passes its claims on as the JWT authorizer does.
func (g *gateway) authorize(ctx context.Context, header string) (*events.APIGatewayV2HTTPRequestContextAuthorizerDescription, error) {
	raw, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return nil, engine.ErrUnauthenticated
	}
	caller, err := g.tokens.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	return &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: caller.Claims},
	}, nil
}

// headers are a request's headers as payload format 2.0 has them: names in lower case, values joined.
func headers(r *http.Request) map[string]string {
	flat := make(map[string]string, len(r.Header))
	for name, value := range joined(r.Header) {
		flat[strings.ToLower(name)] = value
	}
	return flat
}

func joined(values map[string][]string) map[string]string {
	flat := make(map[string]string, len(values))
	for name, all := range values {
		flat[name] = strings.Join(all, ",")
	}
	return flat
}

func respond(w http.ResponseWriter, response events.APIGatewayV2HTTPResponse) {
	for name, value := range response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.WriteString(w, response.Body) // a client that has gone is no error
}
