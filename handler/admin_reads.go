package handler

import (
	"context"
	"net/http"
	"reflect"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// The routes by which admins look into the system. Data of private events is in none of their answers.
var (
	ListEvents = SystemRoute{
		Name: "list-events", Route: "GET /admin/events", Role: es.RoleAdmin,
		Input: reflect.TypeFor[EventsAsked](), Answer: reflect.TypeFor[EventsAnswer](),
		What: "Commits of all streams in the one order of the feed: the newest, or those before or after a position. " +
			"A call examines a bounded number of positions, from which on the caller can continue.",
	}
	ListStreams = SystemRoute{
		Name: "list-streams", Route: "GET /admin/streams", Role: es.RoleAdmin,
		Input: reflect.TypeFor[StreamsAsked](), Answer: reflect.TypeFor[StreamsAnswer](),
		What: "Streams in order of their ids.",
	}
	GetStream = SystemRoute{
		Name: "get-stream", Route: "GET /admin/streams/{stream}", Role: es.RoleAdmin,
		Input: reflect.TypeFor[StreamAsked](), Answer: reflect.TypeFor[StreamAnswer](),
		What: "A stream event by event, with the states after each.",
	}
	ListTimers = SystemRoute{
		Name: "list-timers", Route: "GET /admin/timers", Role: es.RoleAdmin,
		Input: reflect.TypeFor[TimersAsked](), Answer: reflect.TypeFor[TimersAnswer](),
		What: "Commands that are sent at a time: the soonest first, where the store can tell.",
	}
	adminReads = []SystemRoute{ListEvents, ListStreams, GetStream, ListTimers}
)

// reads makes a handler of a route whose Input is an A.
func reads[A, B any](r SystemRoute, read func(context.Context, A) (B, error)) HTTP {
	return func(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		asked, err := take[A](r, request)
		var found B
		if err == nil {
			found, err = read(ctx, asked)
		}
		if err != nil {
			return NewProblem(ctx, engine.NewID(), err).Response(), nil
		}
		return answer(http.StatusOK, found), nil
	}
}
