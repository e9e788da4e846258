package handler_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/observe"
)

// paint is a command for an aggregate with a single writer, with fields from everywhere.
type paint struct {
	Wall   string `json:"-" path:"wall"`
	By     string `json:"-" from:"invoker"`
	Stroke string `json:"-" from:"id"`
	Color  string `json:"color"`
}

func (c paint) Stream() string { return c.Wall }

func (c paint) Validate() error {
	if c.Color == "" {
		return es.Invalid("color", "which color?")
	}
	return nil
}

func (c paint) Decide(wall, es.Env) ([]es.Event[wall], error) {
	return []es.Event[wall]{painted{By: c.By, Stroke: c.Stroke, Color: c.Color}}, nil
}

type wall struct{}

type painted struct{ By, Stroke, Color string }

func (painted) Evolve(w wall) wall { return w }

var doPaint = es.Handles[paint](
	es.Of("wall", es.On[painted]("Painted")).Single(), "paint", "POST /walls/{wall}/strokes", es.Creates("/strokes/{id}"),
)

// inbox keeps what is posted, or fails.
type inbox struct {
	posted []engine.Errand
	err    error
}

func (i *inbox) Post(_ context.Context, e engine.Errand) error {
	if i.err == nil {
		i.posted = append(i.posted, e)
	}
	return i.err
}

func stroke(user, body string, headers ...string) events.APIGatewayV2HTTPRequest {
	request := events.APIGatewayV2HTTPRequest{
		Body: body, RawPath: "/walls/w1/strokes", PathParameters: map[string]string{"wall": "w1"},
		Headers: map[string]string{"content-type": "application/json"},
	}
	for i := 0; i < len(headers); i += 2 {
		request.Headers[headers[i]] = headers[i+1]
	}
	if user == "" {
		return request
	}
	return by(user, request)
}

func TestAQueuedCommand(t *testing.T) {
	in := &inbox{}
	h := &handler.Command{Decl: doPaint, Commands: &engine.Commands{Inbox: in}}
	const trace = "Root=1-58406520-a006649127e371903a2de979;Parent=4c721bf33e3caf8f;Sampled=1"
	traced := func(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return h.Handle(observe.WithTrace(ctx, trace), r)
	}
	response, _ := handle(t, traced, stroke("ann", `{"color":"red"}`, "idempotency-key", "k1", "x-amzn-trace-id", "Root=the-caller's"))
	var accepted handler.Accepted
	if err := es.Decode([]byte(response.Body), &accepted); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusAccepted || response.Headers["location"] != "/strokes/w1" || accepted.ID != "w1" || accepted.TraceID == "" {
		t.Fatalf("answered %d %v %s", response.StatusCode, response.Headers, response.Body)
	}
	if _, tagged := response.Headers["etag"]; tagged || strings.Contains(response.Body, "version") {
		t.Fatalf("there is no version yet: %v %s", response.Headers, response.Body)
	}
	e := in.posted[0]
	if e.Stream != "wall-w1" || e.Command != "paint" || e.TraceID != accepted.TraceID || e.Invoker.User != "ann" || e.Trace != trace || !e.Due.IsZero() {
		t.Fatalf("posted %+v", e)
	}
	command, err := doPaint.Decode(e.Input)
	if want := (paint{Wall: "w1", By: "ann", Stroke: engine.AggregateID(e.ID), Color: "red"}); err != nil || command != want {
		t.Fatalf("posted %+v, %v; want %+v", command, err, want)
	}

	t.Run("the same key is the same command", func(t *testing.T) {
		for key, same := range map[string]bool{"k1": true, "k2": false} {
			handle(t, h.Handle, stroke("ann", `{"color":"red"}`, "idempotency-key", key))
			if again := in.posted[len(in.posted)-1]; (again.ID == e.ID) != same {
				t.Errorf("%s gives the id %s behind %s", key, again.ID, e.ID)
			}
		}
		handle(t, h.Handle, stroke("bob", `{"color":"red"}`, "idempotency-key", "k1"))
		if other := in.posted[len(in.posted)-1]; other.ID == e.ID {
			t.Error("somebody else's key is their own")
		}
	})
	t.Run("no key, no repetition", func(t *testing.T) {
		handle(t, h.Handle, stroke("ann", `{"color":"red"}`))
		handle(t, h.Handle, stroke("ann", `{"color":"red"}`))
		if n := len(in.posted); in.posted[n-1].ID == in.posted[n-2].ID {
			t.Error("two requests have one id")
		}
	})
	t.Run("a queue that is busy", func(t *testing.T) {
		in.err = engine.ErrBusy
		defer func() { in.err = nil }()
		if response, p := handle(t, h.Handle, stroke("ann", `{"color":"red"}`)); p.Code != "Busy" || response.Headers["retry-after"] == "" {
			t.Errorf("answered %+v", p)
		}
	})
}

// What is wrong with a command as such is said at once, and never queued.
func TestAQueuedCommandOfTheWrongShape(t *testing.T) {
	in := &inbox{}
	h := &handler.Command{Decl: doPaint, Commands: &engine.Commands{Inbox: in}}
	for name, c := range map[string]struct {
		request events.APIGatewayV2HTTPRequest
		status  int
		field   string
	}{
		"nobody":         {stroke("", `{"color":"red"}`), http.StatusUnauthorized, ""},
		"no color":       {stroke("ann", `{"color":""}`), http.StatusBadRequest, "color"},
		"nothing":        {stroke("ann", ``), http.StatusBadRequest, "color"},
		"too much":       {stroke("ann", `{"color":"red","By":"bob"}`), http.StatusBadRequest, "By"},
		"an endless key": {stroke("ann", `{"color":"red"}`, "idempotency-key", strings.Repeat("k", 256)), http.StatusBadRequest, "Idempotency-Key"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, p := handle(t, h.Handle, c.request); p.Status != c.status || p.Field != c.field {
				t.Errorf("answered %+v", p)
			}
		})
	}
	if len(in.posted) > 0 {
		t.Fatalf("queued all the same: %+v", in.posted)
	}
}
