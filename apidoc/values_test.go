package apidoc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

const (
	answer200 = "/responses/200/content/application~1json/schema"
	body      = "/requestBody/content/application~1json/schema"
)

// fits validates what the system writes, or reads, against a schema of a document.
func fits(t *testing.T, document map[string]any, at string, value any) error {
	t.Helper()
	text, err := es.Encode(value)
	if err != nil {
		t.Fatal(err)
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, "document.json", document, at).Validate(read)
}

type object = map[string]any

func TestValuesFitTheirSchemas(t *testing.T) {
	_, http := described(t, apidoc.OpenAPI, small)
	_, socket := described(t, apidoc.AsyncAPI, small)
	twin, note := record{}, "late"
	outcome := func(category, name string, payload jsontext.Value) engine.Outcome {
		return engine.Outcome{
			Type: name, TraceID: "t", AggregateID: es.NewStreamID(category, "1"), Version: 1, Payload: payload, Time: time.Now(),
		}
	}
	accepted := handler.Accepted{ID: "1", Version: 2, TraceID: "t"}
	granted := accepted
	granted.More = jsontext.Value(`{"token":"a.b.c","userId":"ada","roles":[],"expiresAt":"2026-01-31T12:00:00Z"}`)
	for name, c := range map[string]struct {
		document map[string]any
		at       string
		value    any
		misfits  bool
	}{
		"document":            {http, "#/paths/~1doors~1{doorId}/get" + answer200, record{Twin: &twin, Seen: []visitor{{}}}, false},
		"no document":         {http, "#/paths/~1doors~1{doorId}/get" + answer200, object{"id": "1"}, true},
		"page":                {http, "#/paths/~1houses~1{houseId}~1doors/get" + answer200, handler.Listed{Items: []jsontext.Value{}}, false},
		"accepted":            {http, "#/paths/~1doors~1{doorId}~1openings/post" + answer200, accepted, false},
		"granted":             {http, "#/paths/~1unlock/post" + answer200, granted, false},
		"not granted":         {http, "#/paths/~1unlock/post" + answer200, accepted, true},
		"problem":             {http, "#/components/schemas/Problem", handler.NewProblem(context.Background(), "t", es.Invalid("a", "b")), false},
		"health":              {http, "#/paths/~1healthz/get" + answer200, map[string]string{"status": "ok"}, false},
		"input":               {http, "#/paths/~1doors~1{doorId}~1openings/post" + body, open{Visitor: visitor{Name: "Ada"}}, false},
		"unknown in input":    {http, "#/paths/~1doors~1{doorId}~1openings/post" + body, object{"visitor": visitor{}, "doorId": "1"}, true},
		"unknown, deeper":     {http, "#/paths/~1doors~1{doorId}~1openings/post" + body, object{"visitor": object{"name": "", "age": 1}}, true},
		"event":               {socket, "#/components/messages/door.DoorOpened/payload", outcome("door", "DoorOpened", encoded(t, opened{Note: &note})), false},
		"event with a null":   {socket, "#/components/messages/door.DoorOpened/payload", outcome("door", "DoorOpened", encoded(t, opened{})), false},
		"event of another":    {socket, "#/components/messages/door.DoorShut/payload", outcome("door", "DoorOpened", nil), true},
		"private event":       {socket, "#/components/messages/key.KeyCut/payload", outcome("key", "KeyCut", nil), false},
		"subscription":        {socket, "#/components/messages/subscribe/payload", handler.Message{Action: "subscribe", AggregateID: "door-1", After: 3}, false},
		"foreign stream":      {socket, "#/components/messages/subscribe/payload", handler.Message{Action: "subscribe", AggregateID: "cat-1"}, true},
		"ping":                {socket, "#/components/messages/ping/payload", object{"action": "ping"}, false},
		"pong":                {socket, "#/components/messages/Pong/payload", handler.Notice{Type: "Pong"}, false},
		"subscribed to empty": {socket, "#/components/messages/Subscribed/payload", handler.Notice{Type: "Subscribed", AggregateID: "door-1"}, false},
		"problem, told":       {socket, "#/components/messages/Problem/payload", handler.Notice{Type: "Problem", Payload: &handler.Problem{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := fits(t, c.document, c.at, c.value); (err != nil) != c.misfits {
				t.Errorf("misfits should be %v: %v", c.misfits, err)
			}
		})
	}
}

func encoded(t *testing.T, v any) jsontext.Value {
	t.Helper()
	text, err := es.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPrivateEventsComeWithoutTheirPayload(t *testing.T) {
	text, _ := described(t, apidoc.AsyncAPI, small)
	var document struct {
		Components struct {
			Messages map[string]struct {
				Payload struct {
					Properties map[string]json.RawMessage `json:"properties"`
				} `json:"payload"`
			} `json:"messages"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for name, has := range map[string]bool{"key.KeyCut": false, "door.DoorOpened": true} {
		if _, got := document.Components.Messages[name].Payload.Properties["payload"]; got != has {
			t.Errorf("%s: a payload is described: %v", name, got)
		}
	}
	if strings.Contains(string(text), "secret") {
		t.Error("a private event's data is described")
	}
}

type stuck struct {
	blank
	Door chan int `json:"door"`
}

type noObject struct{ blank }

func TestWhatCannotBeDescribedIsAnError(t *testing.T) {
	for want, decl := range map[string]*es.CommandDecl{
		"chan int":      es.Handles[stuck](doors, "stuck", "POST /stuck"),
		"not an object": es.Handles[noObject](doors, "no-object", "POST /no-object", es.Answers[[]string]()),
	} {
		app := es.NewApp(es.Context{Name: "odd", Aggregates: []es.Folder{doors}, Commands: []*es.CommandDecl{decl}})
		if _, err := apidoc.OpenAPI(app); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error of %q, got %v", want, err)
		}
	}
}
