package handler_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// away is a store that fails whatever is asked of it.
type away struct {
	engine.EventStore
	engine.Views
	err error
}

func (a away) Load(context.Context, es.StreamID, uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) { yield(es.Commit{}, a.err) }
}

func (a away) Append(context.Context, ...es.Draft) error { return a.err }

func (a away) Row(context.Context, string, string) (engine.Row, error) { return engine.Row{}, a.err }

func (a away) List(context.Context, string, engine.Page) ([]engine.ListedRow, error) {
	return nil, a.err
}

// empty is a store that has nothing, and takes nothing.
type empty struct{ away }

func (empty) Load(context.Context, es.StreamID, uint64) iter.Seq2[es.Commit, error] {
	return func(func(es.Commit, error) bool) {}
}

// sketch is a command that anybody may give.
type sketch struct {
	Wall string `json:"-" path:"wall"`
}

func (c sketch) Stream() string { return c.Wall }

func (sketch) Validate() error { return nil }

func (sketch) Decide(wall, es.Env) ([]es.Event[wall], error) { return []es.Event[wall]{painted{}}, nil }

var doSketch = es.Handles[sketch](es.Of("wall", es.On[painted]("Painted")), "sketch", "POST /walls/{wall}/sketches")

// TestBusyIsToldAsSuch: what time alone will mend is 503, with when to come again, and not an error of ours. What AWS's
// throttles look like is tested in adapters/awsconfig and adapters/dynamo.
func TestBusyIsToldAsSuch(t *testing.T) {
	request := by("ann", events.APIGatewayV2HTTPRequest{PathParameters: map[string]string{"wall": "w1"}, Headers: map[string]string{}})
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
		after  string
	}{
		"a throttle": {
			fmt.Errorf("append to wall-w1: %w: api error ThrottlingException: Rate exceeded", engine.ErrBusy),
			http.StatusServiceUnavailable, "Busy", "1",
		},
		"the function's time is over": {
			fmt.Errorf("query wall-w1: %w", context.DeadlineExceeded), http.StatusServiceUnavailable, "Busy", "1",
		},
		"an event of a later program": {
			&es.Fault{Doing: "read event 1 of wall-w1", Err: es.ErrNewer}, http.StatusServiceUnavailable, "Outdated", "1",
		},
		"a fault": {fmt.Errorf("append: api error AccessDeniedException"), http.StatusInternalServerError, "Internal", ""},
	} {
		a := away{err: test.err}
		for place, h := range map[string]handler.HTTP{
			"a command that loads":   (&handler.Command{Decl: doSketch, Commands: &engine.Commands{Store: a}}).Handle,
			"a command that appends": (&handler.Command{Decl: doSketch, Commands: &engine.Commands{Store: empty{a}}}).Handle,
			"a list":                 (&handler.Query{Decl: listSheets, Views: a}).Handle,
		} {
			r := request
			if place == "a list" {
				r = query()
			}
			response, p := handle(t, h, r)
			if response.StatusCode != test.status || p.Code != test.code || response.Headers["retry-after"] != test.after ||
				response.Headers["content-type"] != "application/problem+json" {
				t.Errorf("%s, %s: %d %v %+v", name, place, response.StatusCode, response.Headers, p)
			}
		}
	}
}

// TestACallerThatGoes leaves a request: that is no failure, and nothing to log.
func TestACallerThatGoes(t *testing.T) {
	log := logged(t)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for err, said := range map[error]bool{fmt.Errorf("query: %w", ctx.Err()): false, errors.New("a fault of ours"): true} {
		handler.NewProblem(ctx, "t1", err)
		if got := strings.Contains(log.String(), err.Error()); got != said {
			t.Errorf("%v: the log has %q", err, log)
		}
	}
}
