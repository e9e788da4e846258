package handler

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/token"
)

// The system's own routes.
var (
	GetTrace = SystemRoute{
		Name: "get-trace", Route: "GET /traces/{traceId}", Role: es.RoleRead,
		Input: reflect.TypeFor[TraceAsked](), Answer: reflect.TypeFor[TraceAnswer](),
		What: "Everything that one request caused, refusals included, as far as it has happened. Mails, texts and views leave no outcome.",
	}
	GetKeys = SystemRoute{
		Name: "get-keys", Route: "GET /.well-known/jwks.json", Answer: reflect.TypeFor[token.KeySet](),
		What: "The public keys that verify access tokens (JWKS, RFC 7517).",
	}
	Discover = SystemRoute{
		Name: "get-openid-configuration", Route: "GET /.well-known/openid-configuration", Answer: reflect.TypeFor[token.Discovery](),
		What: "Where an authorizer finds the keys (OpenID Connect Discovery).",
	}
	GetHealth = SystemRoute{
		Name: "get-health", Route: "GET /healthz", Answer: reflect.TypeFor[map[string]string](),
		What: "Whether the store can be read.",
	}
	GetSystem = SystemRoute{
		Name: "get-system", Route: "GET /system", Answer: reflect.TypeFor[SystemAnswer](),
		What: "Which system this is, and where its WebSocket and its token authority are.",
	}
	// SystemRoutes lists them all.
	SystemRoutes = slices.Concat([]SystemRoute{GetTrace, GetKeys, Discover, GetHealth, GetSystem}, adminReads, adminJobs)
)

// SystemRoutesOf are those that an app has: one whose people sign in elsewhere is no token authority, and one
// without timers has none to list.
func SystemRoutesOf(app *es.App) []SystemRoute {
	return slices.DeleteFunc(slices.Clone(SystemRoutes), func(r SystemRoute) bool {
		return (r == GetKeys || r == Discover) && !app.SignsIn() || r == ListTimers && !app.SetsTimers()
	})
}

// TraceAsked is what GetTrace takes.
type TraceAsked struct {
	TraceID string `path:"traceId"`
}

// TraceAnswer is what GetTrace answers.
type TraceAnswer struct {
	TraceID  string           `json:"traceId"`
	Outcomes []engine.Outcome `json:"outcomes"`
	More     bool             `json:"more,omitzero"` // there is more than one answer holds
}

// The room of an answer, half of it for payloads: outcomes that come when those have used theirs up go without, and can be
// read in their streams.
const (
	maxPayloads = MaxListedBytes / 2
	maxOutcomes = MaxListedBytes / 2 / bareOutcome
	bareOutcome = 512 // bytes of an outcome without its payload, or fewer
)

// fit leaves out what an answer has no room for.
func (a *TraceAnswer) fit() {
	if a.More = len(a.Outcomes) > maxOutcomes; a.More {
		a.Outcomes = a.Outcomes[:maxOutcomes]
	}
	payloads := 0
	for i, o := range a.Outcomes {
		if payloads += len(o.Payload); payloads > maxPayloads {
			a.Outcomes[i].Payload = nil
		}
	}
}

// Trace is the handler of [GetTrace]. A trace is shown to who made its request, and to admins.
func Trace(traces engine.Traces) HTTP {
	return func(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		found, err := trace(ctx, traces, request)
		if err != nil {
			return NewProblem(ctx, engine.NewID(), err).Response(), nil
		}
		return answer(http.StatusOK, found), nil
	}
}

func trace(ctx context.Context, traces engine.Traces, request events.APIGatewayV2HTTPRequest) (TraceAnswer, error) {
	asked, err := take[TraceAsked](GetTrace, request)
	if err != nil {
		return TraceAnswer{}, err
	}
	outcomes, err := traces.Trace(ctx, asked.TraceID)
	if err != nil {
		return TraceAnswer{}, err
	}
	caller, found := identity(request), TraceAnswer{TraceID: asked.TraceID}
	for _, outcome := range outcomes {
		if outcome.Invoker == caller.User || caller.Has(es.RoleAdmin) {
			found.Outcomes = append(found.Outcomes, outcome)
		}
	}
	if len(found.Outcomes) == 0 {
		return TraceAnswer{}, es.NotFound("NotFound", "there is no such trace of yours, or nothing has come of it yet")
	}
	found.fit()
	return found, nil
}

// Keys is the handler of [GetKeys].
func Keys(authority *token.Authority) HTTP {
	return func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		keys, err := authority.Keys(ctx)
		if err != nil {
			return NewProblem(ctx, engine.NewID(), err).Response(), nil
		}
		return public(answer(http.StatusOK, keys)), nil
	}
}

// Discovery is the handler of [Discover].
func Discovery(authority *token.Authority) HTTP {
	return func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return public(answer(http.StatusOK, authority.Discovery())), nil
	}
}

// Health is the handler of [GetHealth]. It reads a stream that does not exist.
func Health(store engine.Loader) HTTP {
	return func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		for _, err := range engine.Read(ctx, store, "health-check", 0) {
			if err != nil {
				return NewProblem(ctx, engine.NewID(), err).Response(), nil
			}
		}
		return answer(http.StatusOK, map[string]string{"status": "ok"}), nil
	}
}

// SystemAnswer is what GetSystem answers: with it a client needs to know the URL of the HTTP API alone.
type SystemAnswer struct {
	Stage        string `json:"stage"`        // the installation's name
	WebSocketURL string `json:"webSocketUrl"` // a URL reference, which may be relative to this document's own URL
	Issuer       string `json:"issuer"`       // of access tokens, below which the keys are found
	Search       bool   `json:"search"`       // whether there are routes that search
}

// System is the handler of [GetSystem].
func System(about SystemAnswer) HTTP {
	return func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return public(answer(http.StatusOK, about)), nil
	}
}

func public(response events.APIGatewayV2HTTPResponse) events.APIGatewayV2HTTPResponse {
	response.Headers["cache-control"] = "public, max-age=300"
	return response
}
