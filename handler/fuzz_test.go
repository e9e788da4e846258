package handler_test

import (
	"context"
	"iter"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// void is a store of empty streams that takes everything.
type void struct{}

func (void) Load(context.Context, es.StreamID, uint64) iter.Seq2[es.Commit, error] {
	return func(func(es.Commit, error) bool) {}
}

func (void) Tail(context.Context, es.StreamID, int) ([]es.Commit, error) { return nil, nil }

func (void) Append(context.Context, ...es.Draft) error { return nil }

type drawing struct{ Lines int }

type drawn struct {
	To struct{ X, Y int } `json:"to"`
}

func (drawn) Evolve(d drawing) drawing { return drawing{d.Lines + 1} }

type draw struct {
	ID     string `json:"-" path:"id"`
	Dashed bool   `json:"dashed,omitempty"`
	To     struct {
		X int `json:"x"`
		Y int `json:"y"`
	} `json:"to"`
}

func (c draw) Stream() string  { return c.ID }
func (c draw) Validate() error { return nil }
func (c draw) Decide(drawing, es.Env) ([]es.Event[drawing], error) {
	e := drawn{}
	e.To.X, e.To.Y = c.To.X, c.To.Y
	return []es.Event[drawing]{e}, nil
}

var (
	drawings = es.Of("drawing", es.On[drawn]("Drawn"))
	doDraw   = es.Handles[draw](drawings, "draw", "POST /drawings/{id}/lines", es.Public())
	// studio is all that these tests declare.
	studio = es.Context{
		Name: "studio", Aggregates: []es.Folder{drawings, doPaint.Aggregate}, Commands: []*es.CommandDecl{doDraw, doPaint},
	}
)

// FuzzCommand sends anything at all: it is accepted, or refused as the caller's fault with a problem that says where.
func FuzzCommand(f *testing.F) {
	for _, body := range []string{
		`{"to":{"x":1,"y":2}}`, `{"to":{"x":1}}`, `{"to":null}`, `{"to":{"x":1e400,"y":0}}`, `{"dashed":"no"}`, `{}`, ``, `[`, `nul`,
		"{\"to\":{\"x\":1,\"\xff\":2}}", `{"to":{"x":1,"x":2,"y":0}}`, `{"to":[[[[[[[[`, "\x00", `"` + "\u2028" + `"`,
	} {
		f.Add(body, "d1", "key")
	}
	f.Add(`{}`, "\x00", "")
	h := handler.Command{Decl: doDraw, Commands: &engine.Commands{Store: void{}}}
	f.Fuzz(func(t *testing.T, body, id, key string) { send(t, &h, body, id, key) })
}

// send sends a command, all of whose path is the id. Its fate may be any but to fail.
func send(t *testing.T, h *handler.Command, body, id, key string) handler.Problem {
	t.Helper()
	request := events.APIGatewayV2HTTPRequest{
		Body: body, RawPath: "/" + id, PathParameters: map[string]string{},
		Headers: map[string]string{"content-type": "application/json", "idempotency-key": key},
	}
	for _, name := range es.PathParameters(h.Decl.Route) {
		request.PathParameters[name] = map[string]string{"role": es.RoleAdmin}[name]
		if name != "role" {
			request.PathParameters[name] = id
		}
	}
	request = by("ann", request, es.RoleRead, es.RoleWrite, es.RoleAdmin)
	response, err := h.Handle(t.Context(), request)
	if err != nil || response.StatusCode >= http.StatusInternalServerError || response.StatusCode == 0 {
		t.Fatalf("%s: %q gave %d, %v: %s", h.Decl.Name, body, response.StatusCode, err, response.Body)
	}
	var p handler.Problem
	if response.StatusCode < http.StatusBadRequest {
		return p
	}
	if err := es.DecodeStrict([]byte(response.Body), &p); err != nil || p.Code == "" || p.Status != response.StatusCode {
		t.Fatalf("%s: %q was refused with %s, %v", h.Decl.Name, body, response.Body, err)
	}
	return p
}
