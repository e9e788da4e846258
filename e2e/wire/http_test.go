package wire

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// answered is the answer of a Lambda.
type answered struct {
	status  int
	problem handler.Problem // of a refusal
}

// invoke calls the Lambda of a route, as API Gateway does, and reads its answer.
func (s *system) invoke(caller es.Identity, route, path, body string, into any) int {
	s.t.Helper()
	return s.ask(caller, route, path, body, into).status
}

// ask is invoke for those who want to know why.
func (s *system) ask(caller es.Identity, route, path, body string, into any) (a answered) {
	s.t.Helper()
	response, err := s.route(route)(s.t.Context(), s.request(caller, route, path, body))
	if err != nil {
		s.t.Fatalf("%s: %v", route, err)
	}
	a.status = response.StatusCode
	if a.status >= http.StatusBadRequest {
		into = &a.problem
	}
	if into != nil {
		if err := es.Decode([]byte(response.Body), into); err != nil {
			s.t.Fatalf("%s answered %q: %v", route, response.Body, err)
		}
	}
	return a
}

// must is invoke when there is no reason to refuse.
func (s *system) must(caller es.Identity, route, path, body string, into any) {
	s.t.Helper()
	if a := s.ask(caller, route, path, body, into); a.status >= http.StatusBadRequest {
		s.t.Fatalf("%s answered %+v", route, a.problem)
	}
}

func (s *system) request(caller es.Identity, route, path, body string) events.APIGatewayV2HTTPRequest {
	method, pattern, _ := strings.Cut(route, " ")
	path, rawQuery, _ := strings.Cut(path, "?")
	request := events.APIGatewayV2HTTPRequest{
		RouteKey: route, RawPath: path, RawQueryString: rawQuery, Body: body, PathParameters: map[string]string{},
		Headers: map[string]string{"content-type": "application/json"}, QueryStringParameters: map[string]string{},
	}
	request.RequestContext.HTTP.Method = method
	values := strings.Split(path, "/")
	for i, part := range strings.Split(pattern, "/") {
		if strings.HasPrefix(part, "{") {
			request.PathParameters[strings.Trim(part, "{}")] = values[i]
		}
	}
	parameters, err := url.ParseQuery(rawQuery)
	if err != nil {
		s.t.Fatal(err)
	}
	for name := range parameters {
		request.QueryStringParameters[name] = parameters.Get(name)
	}
	if caller.User != "" {
		request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
				Claims: map[string]string{"sub": caller.User, "scope": strings.Join(caller.Roles, " ")},
			},
		}
	}
	return request
}

func (s *system) route(route string) handler.HTTP {
	for _, d := range domain.App.Commands() {
		if d.Route == route {
			return (&handler.Command{Decl: d, Commands: s.commands, Traces: s.traces, Authority: s.authority}).Handle
		}
	}
	for _, d := range domain.App.Queries() {
		if d.Route == route {
			return (&handler.Query{Decl: d, Views: engine.Live{Views: s.views, Turns: s.turns()}, World: s.world()}).Handle
		}
	}
	if route == handler.GetTrace.Route {
		return handler.Trace(s.traces)
	}
	s.t.Fatalf("there is no route %s", route)
	return nil
}
