package handler_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// heldMove is a move that a test sets.
type heldMove struct{ engine.Move }

func (h *heldMove) SetMove(context.Context, engine.Move, engine.Move) error { return nil }

type movesOf struct{ *heldMove }

func (m movesOf) Move(context.Context) (engine.Move, error) { return m.heldMove.Move, nil }

// TestMovingRoutes has each kind of request at each phase answered by the store whose turn it is.
func TestMovingRoutes(t *testing.T) {
	green := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("ETag", `"5"`)
		switch {
		case r.URL.Query().Get("min-version") == "7":
			w.WriteHeader(http.StatusConflict)
		case r.URL.Path == "/traces/blue":
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprintf(w, "green %s %s %s %s %s", r.Method, r.URL, r.Header.Get("Authorization"), r.Header.Get("If-None-Match"), body)
		}
	}))
	defer green.Close()
	own := func(_ context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: "blue"}, nil
	}
	get := request("GET", "/things/a b", "")
	get.Headers["if-none-match"] = `"3", "green-4"`
	waits := request("GET", "/things/1", "min-version=2")
	late := request("GET", "/things/1", "min-version=7")
	post := request("POST", "/things/1", "")
	post.Body = "what"
	kinds := map[string]func(*handler.Moving) (handler.HTTP, events.APIGatewayV2HTTPRequest){
		"query":   func(m *handler.Moving) (handler.HTTP, events.APIGatewayV2HTTPRequest) { return m.Query(own), get },
		"waiting": func(m *handler.Moving) (handler.HTTP, events.APIGatewayV2HTTPRequest) { return m.Query(own), waits },
		"late":    func(m *handler.Moving) (handler.HTTP, events.APIGatewayV2HTTPRequest) { return m.Query(own), late },
		"command": func(m *handler.Moving) (handler.HTTP, events.APIGatewayV2HTTPRequest) { return m.Command(own), post },
		"trace": func(m *handler.Moving) (handler.HTTP, events.APIGatewayV2HTTPRequest) {
			return m.Trace(own), request("GET", "/traces/blue", "")
		},
	}
	const (
		query, waiting = `green GET /things/a%20b Bearer t "4" `, `green GET /things/1?min-version=2 Bearer t  `
		free, command  = `green GET /things/1 Bearer t  `, `green POST /things/1 Bearer t  what`
	)
	for phase, want := range map[engine.MovePhase]map[string]string{
		engine.MoveNone:      {"query": "blue", "waiting": "blue", "late": "blue", "command": "blue", "trace": "blue"},
		engine.MoveCopying:   {"query": "blue", "waiting": "blue", "late": "blue", "command": "blue", "trace": "blue"},
		engine.MoveCompared:  {"query": "blue", "waiting": "blue", "late": "blue", "command": "blue", "trace": "blue"},
		engine.MoveReadsCut:  {"query": query, "waiting": "blue", "late": "blue", "command": "blue", "trace": "blue"},
		engine.MoveStopping:  {"query": query, "waiting": "blue", "late": "blue", "command": "Moving", "trace": "blue"},
		engine.MoveStopped:   {"query": query, "waiting": "blue", "late": "blue", "command": "Moving", "trace": "blue"},
		engine.MoveCaughtUp:  {"query": query, "waiting": "blue", "late": "blue", "command": "Moving", "trace": "blue"},
		engine.MoveWritesCut: {"query": query, "waiting": waiting, "late": free, "command": command, "trace": "blue"},
		engine.MoveFilling:   {"query": "blue", "waiting": "blue", "late": "blue", "command": "Moving", "trace": "blue"},
		engine.MoveLive:      {"query": "blue", "waiting": "blue", "late": "blue", "command": "blue", "trace": "blue"},
	} {
		for kind, asking := range kinds {
			moves := movesOf{&heldMove{engine.Move{Phase: phase, URL: green.URL}}}
			handle, asked := asking(&handler.Moving{Gate: &engine.Gate{Moves: moves, Bound: time.Nanosecond}})
			response, err := handle(t.Context(), asked)
			if err != nil {
				t.Fatal(err)
			}
			got := response.Body
			if response.StatusCode == http.StatusServiceUnavailable && response.Headers["retry-after"] != "" {
				got = codeOf(t, response)
			}
			if got != want[kind] {
				t.Errorf("%s at %q: answered %d %q, want %q", kind, phase, response.StatusCode, got, want[kind])
			}
			if tag := response.Headers["etag"]; got != "blue" && got != "Moving" && kind != "command" && tag != `"green-5"` {
				t.Errorf("%s at %q has the tag %s", kind, phase, tag)
			}
		}
	}
}

// TestNotInCircles has two stores send a request to each other.
func TestNotInCircles(t *testing.T) {
	moves := movesOf{&heldMove{engine.Move{Phase: engine.MoveWritesCut, URL: "http://127.0.0.1:1"}}}
	m := &handler.Moving{Gate: &engine.Gate{Moves: moves}}
	handle := m.Command(nil)
	if response, err := handle(t.Context(), request("POST", "/things/1", "")); err != nil || codeOf(t, response) != "Busy" {
		t.Errorf("a store that is not there gives %+v, %v", response, err)
	}
	again := request("POST", "/things/1", "")
	again.Headers["foldstream-sent-on"] = "1"
	if response, err := handle(t.Context(), again); err != nil || response.StatusCode != http.StatusInternalServerError {
		t.Errorf("it is sent on again: %+v, %v", response, err)
	}
}

func request(method, path, query string) events.APIGatewayV2HTTPRequest {
	r := events.APIGatewayV2HTTPRequest{
		RawPath: path, RawQueryString: query, Headers: map[string]string{"authorization": "Bearer t", "host": "blue.example"},
		QueryStringParameters: map[string]string{},
	}
	r.RequestContext.HTTP.Method = method
	if query != "" {
		r.QueryStringParameters["min-version"] = query[len("min-version="):]
	}
	return r
}

func codeOf(t *testing.T, response events.APIGatewayV2HTTPResponse) string {
	t.Helper()
	var p handler.Problem
	if err := es.Decode([]byte(response.Body), &p); err != nil {
		t.Fatal(err)
	}
	return p.Code
}
