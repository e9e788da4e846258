package handler_test

import (
	"context"
	"maps"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

type jobs = engine.Jobs

// noJobs notes how many are asked for.
type noJobs struct {
	jobs
	limit int
}

func (k *noJobs) Jobs(_ context.Context, limit int) ([]engine.Job, error) {
	k.limit = limit
	return nil, nil
}

// noStreams notes which are asked for.
type noStreams struct{ which engine.Streams }

func (k *noStreams) Streams(_ context.Context, which engine.Streams) ([]engine.Begun, error) {
	k.which = which
	return nil, nil
}

func TestWhatASystemRouteDoesNotTake(t *testing.T) {
	type request = events.APIGatewayV2HTTPRequest
	query := func(name, value string) request {
		return request{QueryStringParameters: map[string]string{name: value}}
	}
	body := func(text string) request {
		return request{
			PathParameters: map[string]string{"view": "v", "consumer": "c", "stream": "s-1"}, Body: text,
			Headers: map[string]string{"content-type": "application/json"},
		}
	}
	odd := body(`{"keep":true}`)
	odd.Headers = map[string]string{"content-type": "text/plain"}
	listEvents, listJobs := handler.Events(nil, nil), handler.Jobs(&noJobs{})
	rebuild, skip := handler.Action(handler.RebuildView, nil), handler.Action(handler.SkipParked, nil)
	for name, c := range map[string]struct {
		h           handler.HTTP
		request     request
		status      int
		code, field string
	}{
		"unknown parameter":     {listJobs, query("after", "1"), http.StatusBadRequest, "InvalidInput", "after"},
		"parameter of an order": {rebuild, query("keep", "true"), http.StatusBadRequest, "InvalidInput", "keep"},
		"no number":             {listEvents, query("after", "one"), http.StatusBadRequest, "InvalidInput", "after"},
		"less than nothing":     {listEvents, query("before", "-1"), http.StatusBadRequest, "InvalidInput", "before"},
		"no truth":              {listEvents, query("wait", "perhaps"), http.StatusBadRequest, "InvalidInput", "wait"},
		"no items":              {listJobs, query("limit", "0"), http.StatusBadRequest, "InvalidInput", "limit"},
		"too many items":        {listJobs, query("limit", "101"), http.StatusBadRequest, "InvalidInput", "limit"},
		"body of a query":       {listJobs, body("{}"), http.StatusBadRequest, "BodyNotAllowed", ""},
		"odd id":                {rebuild, request{PathParameters: map[string]string{"view": "/"}}, http.StatusBadRequest, "InvalidInput", "view"},
		"unknown member":        {rebuild, body(`{"kept":true}`), http.StatusBadRequest, "InvalidInput", "kept"},
		"path in the body":      {rebuild, body(`{"view":"v"}`), http.StatusBadRequest, "InvalidInput", "view"},
		"missing member":        {skip, body("{}"), http.StatusBadRequest, "InvalidInput", "reason"},
		"no JSON":               {rebuild, body("{"), http.StatusBadRequest, "MalformedJSON", ""},
		"other content":         {rebuild, odd, http.StatusUnsupportedMediaType, "UnsupportedMediaType", ""},
	} {
		t.Run(name, func(t *testing.T) {
			response, p := handle(t, c.h, by("ada", c.request, es.RoleAdmin))
			if response.StatusCode != c.status || p.Code != c.code || p.Field != c.field {
				t.Errorf("%d %s of %q: %s", response.StatusCode, p.Code, p.Field, p.Detail)
			}
		})
	}
}

func TestSystemRoutesAskForTheirRole(t *testing.T) {
	k := &noJobs{}
	request := by("bob", events.APIGatewayV2HTTPRequest{}, es.RoleRead, es.RoleWrite)
	if response, _ := handle(t, handler.Jobs(k), request); response.StatusCode != http.StatusForbidden {
		t.Errorf("somebody who is no admin: %d", response.StatusCode)
	}
	if response, _ := handle(t, handler.Jobs(k), events.APIGatewayV2HTTPRequest{}); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %d", response.StatusCode)
	}
	if k.limit != 0 {
		t.Error("it has been read")
	}
}

func TestASystemRouteTakesItsQueryString(t *testing.T) {
	k, s := &noJobs{}, &noStreams{}
	taken := func(h handler.HTTP, parameters map[string]string) {
		t.Helper()
		request := events.APIGatewayV2HTTPRequest{QueryStringParameters: maps.Clone(parameters)}
		if response, _ := handle(t, h, by("ada", request, es.RoleAdmin)); response.StatusCode != http.StatusOK {
			t.Fatal(response)
		}
	}
	taken(handler.Jobs(k), nil)
	if k.limit != handler.UsualPage {
		t.Errorf("%d items when nobody says how many", k.limit)
	}
	taken(handler.Jobs(k), map[string]string{"limit": "7"})
	if k.limit != 7 {
		t.Errorf("%d items", k.limit)
	}
	taken(handler.Streams(s), map[string]string{"prefix": "match-", "start": "match-5", "reverse": "true", "limit": "3"})
	want := engine.Streams{Prefix: "match-", Start: "match-5", Reverse: true, Limit: 3 + 1} // one more tells whether there is a next page
	if diff := cmp.Diff(want, s.which); diff != "" {
		t.Error(diff)
	}
}

func TestAPositionThatIsNotGivenIsNotThatOfTheBeginning(t *testing.T) {
	h := handler.Events(nil, nil)
	for field, parameters := range map[string]map[string]string{
		"wait":   {"wait": "true"},              // after nothing
		"before": {"after": "0", "before": "0"}, // both of them
	} {
		request := events.APIGatewayV2HTTPRequest{QueryStringParameters: parameters}
		if _, p := handle(t, h, by("ada", request, es.RoleAdmin)); p.Field != field {
			t.Errorf("%v: %s of %q", parameters, p.Code, p.Field)
		}
	}
}
