package handler_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-json-experiment/json"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/observe"
)

// logged is what is logged from now on.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(observe.Log(slog.NewJSONHandler(&out, nil))))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &out
}

// onlyLine is the one line of a log, of which these members must be as they are given.
func onlyLine(t *testing.T, log *bytes.Buffer, want map[string]any) map[string]any {
	t.Helper()
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Fatalf("%d lines: %s", n, log)
	}
	var got map[string]any
	if err := json.Unmarshal(log.Bytes(), &got); err != nil { // which refuses a name that comes twice
		t.Fatalf("%s: %v", log, err)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, not %v, in %s", name, got[name], value, log)
		}
	}
	return got
}

// tallied gives what was recorded to the line that asks for it.
type tallied struct{}

func (tallied) Record(observe.Figure, float64) {}
func (tallied) Figures() slog.Attr             { return slog.Group("", "CommandsAccepted", 1) }

func TestACommandIsOneLine(t *testing.T) {
	log := logged(t)
	h := &handler.Command{Decl: doPaint, Commands: &engine.Commands{Inbox: &inbox{}}}
	figured := func(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return h.Handle(observe.WithRecorder(ctx, tallied{}), r)
	}
	response, _ := handle(t, figured, stroke("ann", `{"color":"red"}`))
	var accepted handler.Accepted
	if err := es.Decode([]byte(response.Body), &accepted); err != nil {
		t.Fatal(err)
	}
	got := onlyLine(t, log, map[string]any{
		"msg": "command", "command": "paint", "traceId": accepted.TraceID, "status": 202.0, "CommandsAccepted": 1.0,
	})
	if ms, ok := got["ms"].(float64); !ok || ms < 0 {
		t.Errorf("it took %v", got["ms"])
	}
}

func TestAFailedDeliverySaysWhatItWasAbout(t *testing.T) {
	log := logged(t)
	k := &taker{fails: map[es.StreamID]bool{"a-1": true}}
	h := handler.Consumer{Name: "numbers", To: &engine.Consumer{Name: "numbers", Handler: k}}
	m := message(t, "a-1", 3)
	m.Body = strings.Replace(m.Body, `"traceId":""`, `"traceId":"t1"`, 1)
	if _, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{m}}); err != nil {
		t.Fatal(err)
	}
	onlyLine(t, log, map[string]any{"msg": "delivery failed", "consumer": "numbers", "stream": "a-1", "version": 3.0, "traceId": "t1"})
}

func TestAFailedErrandSaysWhatItWasAbout(t *testing.T) {
	log := logged(t)
	body, err := es.Encode(engine.Errand{ID: engine.NewID(), Command: "nobody's", Stream: "wall-w1", TraceID: "t1", Input: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	h := handler.Errands{Errands: &engine.Errands{Commands: &engine.Commands{}, Find: func(string) *es.CommandDecl { return nil }}}
	if _, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: string(body)}}}); err != nil {
		t.Fatal(err)
	}
	onlyLine(t, log, map[string]any{"msg": "errand failed", "command": "nobody's", "stream": "wall-w1", "traceId": "t1"})
}
