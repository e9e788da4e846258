package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// The payloads are those of AWS's documentation, with our own in them. They are decoded and encoded as the Lambda runtime does.

// invoke calls a handler as the runtime does, JSON to JSON.
func invoke[In, Out any](t *testing.T, handle func(context.Context, In) (Out, error), payload string) string {
	t.Helper()
	var in In
	if err := json.Unmarshal([]byte(payload), &in); err != nil {
		t.Fatal(err)
	}
	out, err := handle(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fifoMessage is a message of an SQS FIFO queue as a Lambda gets it.
const fifoMessage = `{"messageId":%q,"receiptHandle":"AQEBBX8nesZEXmkhsmZeyIE8iQAMig7qw...","body":%q,
 "attributes":{"ApproximateReceiveCount":"2","SentTimestamp":"1573251510774","SequenceNumber":"18849496460467696128","MessageGroupId":%q,
  "SenderId":"AIDAIO23YVJENQZJOL4VO","MessageDeduplicationId":%q,"ApproximateFirstReceiveTimestamp":"1573251510774"},
 "messageAttributes":{},"md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","eventSource":"aws:sqs",
 "eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:fifo.fifo","awsRegion":"us-east-2"}`

func TestABatchOfAFIFOQueue(t *testing.T) {
	var messages []string
	for _, m := range []events.SQSMessage{message(t, "a-1", 1), message(t, "a-2", 1), message(t, "a-1", 2)} {
		messages = append(messages, fmt.Sprintf(fifoMessage, m.MessageId, m.Body, m.Attributes["MessageGroupId"], m.MessageId))
	}
	batch := `{"Records":[` + strings.Join(messages, ",") + `]}`
	for fails, want := range map[es.StreamID]string{
		"":    `{"batchItemFailures":[]}`, // engines take null for a failure of all
		"a-1": `{"batchItemFailures":[{"itemIdentifier":"a-1@1"},{"itemIdentifier":"a-1@2"}]}`,
	} {
		h := handler.Consumer{Name: "c", To: &engine.Consumer{Name: "c", Handler: &taker{fails: map[es.StreamID]bool{fails: true}}}}
		if got := invoke(t, h.Handle, batch); got != want {
			t.Errorf("answered %s, want %s", got, want)
		}
	}
	none := handler.Errands{Errands: &engine.Errands{}}
	if got := invoke(t, none.Handle, `{"Records":[]}`); got != `{"batchItemFailures":[]}` {
		t.Errorf("errands are answered by %s", got)
	}
}

// socketEvent is an event of a WebSocket API as a Lambda gets it.
const socketEvent = `{%s"requestContext":{"routeKey":%q,%s"eventType":%q,"extendedRequestId":"ABCD1234=","requestTime":"09/Feb/2024:18:11:43 +0000",
 "messageDirection":"IN","stage":"live","connectedAt":1707502303419,"requestTimeEpoch":1707502303420,
 "identity":{"sourceIp":"192.0.2.1"},"requestId":"ABCD1234=","domainName":"abcd1234.execute-api.us-east-1.amazonaws.com",
 "connectionId":"AAAA1234=","apiId":"abcd1234"},"isBase64Encoded":false}`

// bearer takes one token, which is good for an hour.
type bearer struct{}

func (bearer) Verify(_ context.Context, raw string) (token.Caller, error) {
	if raw != "good" {
		return token.Caller{}, token.ErrInvalid
	}
	return token.Caller{Claims: map[string]string{"sub": "ann", token.Scope: es.RoleRead}, Expires: noon.Add(time.Hour)}, nil
}

// TestAConnectionsLife: API Gateway authorizes at $connect alone, so that each message looks whether the token still holds.
func TestAConnectionsLife(t *testing.T) {
	db, out, now := open(t), &line{}, noon
	h := &handler.WebSocket{
		Tokens: bearer{}, Connections: db, Pusher: out, Store: db, World: engine.World{Now: func() time.Time { return now }},
		Catalogue: es.Catalogue{"drawing": {}},
	}
	connect := func(protocols string) string {
		headers := fmt.Sprintf(`"headers":{"Host":"abcd1234.execute-api.us-east-1.amazonaws.com","Sec-WebSocket-Extensions":"permessage-deflate; client_max_window_bits",`+
			`"Sec-WebSocket-Key":"...","Sec-WebSocket-Protocol":%q,"Sec-WebSocket-Version":"13","X-Forwarded-For":"192.0.2.1"},`, protocols)
		return invoke(t, h.Handle, fmt.Sprintf(socketEvent, headers, "$connect", "", "CONNECT"))
	}
	if got := connect("foldstream, bearer.bad"); !strings.Contains(got, `"statusCode":401`) {
		t.Errorf("a bad token is answered by %s", got)
	}
	if got := connect("foldstream, bearer.good"); !strings.Contains(got, `"statusCode":200`) || !strings.Contains(got, `"Sec-WebSocket-Protocol":"foldstream"`) {
		t.Errorf("a good token is answered by %s", got)
	}
	say := func() string {
		message := fmt.Sprintf(socketEvent, "", "$default", `"messageId":"e3zZcf1CIAMCFBQ=",`, "MESSAGE")
		invoke(t, h.Handle, strings.TrimSuffix(message, "}")+`,"body":"{\"action\":\"ping\"}"}`)
		return string(out.last)
	}
	if got := say(); got != `{"type":"Pong"}` {
		t.Errorf("with a good token a message is answered by %s", got)
	}
	now = noon.Add(time.Hour)
	if got := say(); !strings.Contains(got, `"status":401`) {
		t.Errorf("when its token has run out, a message is answered by %s", got)
	}
	if _, err := db.Connection(t.Context(), "AAAA1234="); !errors.Is(err, engine.ErrGone) {
		t.Errorf("the connection is still there: %v", err)
	}
	now = noon
	connect("foldstream, bearer.good")
	invoke(t, h.Handle, fmt.Sprintf(socketEvent, `"headers":{"Host":"abcd1234.execute-api.us-east-1.amazonaws.com","x-api-key":""},`, "$disconnect",
		`"disconnectStatusCode":1005,"disconnectReason":"Client-side close frame status not set",`, "DISCONNECT"))
	if _, err := db.Connection(t.Context(), "AAAA1234="); !errors.Is(err, engine.ErrGone) {
		t.Errorf("after $disconnect it is still there: %v", err)
	}
}
