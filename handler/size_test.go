package handler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/limits"
)

// fitsLambda fails when an answer is more than Lambda passes on, as the runtime's JSON.
func fitsLambda(t *testing.T, response events.APIGatewayV2HTTPResponse) {
	t.Helper()
	text, err := json.Marshal(response)
	if err != nil || len(text) > limits.AnswerBytes {
		t.Fatalf("an answer of %d bytes, of which Lambda takes %d, %v", len(text), limits.AnswerBytes, err)
	}
}

// TestLargePages lists documents of 300 KB of characters that take six bytes in an answer: each page has as many as fit, and
// none is lost.
func TestLargePages(t *testing.T) {
	db, ids := open(t), []string{}
	for n := range 12 {
		id := fmt.Sprintf("sheet-%02d", n)
		ids = append(ids, id)
		doc := fmt.Appendf(nil, `{"id":%q,"at":"2026-%02d","more":"%s"}`, id, n, strings.Repeat("<", 300<<10))
		row := engine.Row{Version: 1, Doc: doc, Keys: []es.Key{{Index: "all", Partition: "all", Sort: fmt.Sprintf("%02d", n)}}}
		if err := db.Save(t.Context(), "sheets", id, engine.Row{}, row); err != nil {
			t.Fatal(err)
		}
	}
	h := &handler.Query{Decl: listSheets, Views: db}
	var got []string
	for request, pages := query("limit", "100"), 0; ; pages++ {
		response, _ := handle(t, h.Handle, request)
		fitsLambda(t, response)
		var listed struct {
			Items []sheet `json:"items"`
			Next  string  `json:"next"`
		}
		if err := es.Decode([]byte(response.Body), &listed); err != nil {
			t.Fatal(err)
		}
		for _, s := range listed.Items {
			got = append(got, s.ID)
		}
		if listed.Next == "" || pages > len(ids) {
			break
		}
		request = query("limit", "100", "cursor", listed.Next)
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("listed %v", got)
	}
	search := &handler.Query{Decl: findSheets, Views: db, Search: &ranking{ids: ids}}
	response, _ := handle(t, search.Handle, query("q", "x", "limit", "100"))
	fitsLambda(t, response)
	if !strings.Contains(response.Body, ids[0]) || !strings.Contains(response.Body, ids[1]) {
		t.Error("the best are not found")
	}
}

// long is a trace of many outcomes.
type long struct{ outcomes []engine.Outcome }

func (l long) Note(context.Context, string, []engine.Outcome) error { return nil }

func (l long) Trace(context.Context, string) ([]engine.Outcome, error) { return l.outcomes, nil }

func TestLongTraces(t *testing.T) {
	payload := []byte(`"` + strings.Repeat("<", 200<<10) + `"`)
	for name, test := range map[string]struct {
		outcomes int
		payload  []byte
		told     int
		more     bool
	}{
		"a few": {3, payload, 3, false}, "without what is too much": {100, payload, 100, false}, "too many": {100_000, []byte(`{}`), 1100, true},
	} {
		l := long{}
		for n := range test.outcomes {
			l.outcomes = append(l.outcomes, engine.Outcome{
				Type: "Drawn", TraceID: "t1", AggregateID: "wall-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f", Version: uint64(n) + 1, Payload: test.payload, Invoker: "ann",
				CausationID: "wall-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f@1",
			})
		}
		request := by("ann", events.APIGatewayV2HTTPRequest{PathParameters: map[string]string{"traceId": "t1"}})
		response, _ := handle(t, handler.Trace(l), request)
		fitsLambda(t, response)
		var told handler.TraceAnswer
		if err := es.Decode([]byte(response.Body), &told); err != nil {
			t.Fatal(err)
		}
		if n := len(told.Outcomes); told.More != test.more || (n != test.told && !test.more) || n == 0 || test.more && n > test.told {
			t.Errorf("%s: told %d outcomes, and more: %v", name, n, told.More)
		}
		if first := told.Outcomes[0]; len(first.Payload) != len(test.payload) {
			t.Errorf("%s: the first one has a payload of %d bytes", name, len(first.Payload))
		}
	}
}
