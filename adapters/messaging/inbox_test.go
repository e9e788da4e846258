package messaging_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

func openInbox(t *testing.T) (*messaging.Inbox, *messaging.Receiver) {
	t.Helper()
	client := sqs.NewFromConfig(emulator.MiniStack(t))
	url, err := messaging.CreateInbox(t.Context(), client, emulator.Name("inbox"))
	if err != nil {
		t.Fatal(err)
	}
	return &messaging.Inbox{Client: client, Queue: url}, &messaging.Receiver{Client: client, Queues: map[string]string{"inbox": url}}
}

func TestInbox(t *testing.T) {
	contract.Inbox(t, func(t *testing.T) (engine.Inbox, contract.Delivery) {
		inbox, receiver := openInbox(t)
		return inbox, contract.Delivery{
			Now:     time.Now,
			Advance: func(time.Duration) {}, // SQS keeps its own time
			Receive: func(ctx context.Context, handle messaging.Handler) (int, error) {
				return receiver.Poll(ctx, "inbox", 0, handle)
			},
		}
	})
}

// errandOf makes an errand that takes so many bytes as JSON.
func errandOf(t *testing.T, bytes int) engine.Errand {
	t.Helper()
	e := engine.Errand{ID: "command-1", Command: "Act", Input: jsontext.Value(`""`), Stream: "room-1"}
	empty, err := es.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	e.Input = jsontext.Value(`"` + strings.Repeat("x", bytes-len(empty)) + `"`)
	return e
}

func TestInboxTakesWhatFitsAMessage(t *testing.T) {
	inbox, receiver := openInbox(t)
	err := inbox.Post(t.Context(), errandOf(t, messaging.MaxErrandBytes+1))
	var fault *es.Fault
	if !errors.Is(err, engine.ErrTooLarge) || !errors.As(err, &fault) || !strings.Contains(err.Error(), "command-1") {
		t.Errorf("post one byte too many: got error %v, want a fault for its size that names the errand", err)
	}
	if err := inbox.Post(t.Context(), errandOf(t, messaging.MaxErrandBytes)); err != nil {
		t.Fatal(err)
	}
	n, err := receiver.Poll(t.Context(), "inbox", 5*time.Second, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		if got := len(batch.Records[0].Body); got != messaging.MaxErrandBytes {
			t.Errorf("the body has %d bytes, want %d", got, messaging.MaxErrandBytes)
		}
		return events.SQSEventResponse{}, nil
	})
	if err != nil || n != 1 {
		t.Fatalf("got %d messages, error %v", n, err)
	}
}

func TestInboxKnowsRepetitions(t *testing.T) {
	inbox, receiver := openInbox(t)
	for range 2 {
		if err := inbox.Post(t.Context(), errandOf(t, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{1, 0} {
		n, err := receiver.Poll(t.Context(), "inbox", 0, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
			return events.SQSEventResponse{}, nil
		})
		if err != nil || n != want {
			t.Fatalf("got %d messages, error %v, want %d", n, err, want)
		}
	}
}

func TestPostHashesIllegalIDs(t *testing.T) {
	var sent struct{ MessageGroupId, MessageDeduplicationId string }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.UnmarshalRead(r.Body, &sent); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	inbox := &messaging.Inbox{Client: sqs.NewFromConfig(configOf(server.URL)), Queue: server.URL + "/inbox.fifo"}
	for id, isLegal := range map[string]bool{"a-1": true, "a-é": false, "a-" + strings.Repeat("x", 127): false} {
		if err := inbox.Post(t.Context(), engine.Errand{ID: id, Stream: es.StreamID(id)}); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("got error %v, want one that names the errand", err)
		}
		for _, got := range []string{sent.MessageGroupId, sent.MessageDeduplicationId} {
			if (got == id) != isLegal || len(got) > 128 || strings.Contains(got, "é") {
				t.Errorf("%q is sent for %q", got, id)
			}
		}
	}
}

func TestPostIsBusyWhenThrottled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"com.amazonaws.sqs#RequestThrottled","message":"Rate exceeded"}`)
	}))
	defer server.Close()
	inbox := &messaging.Inbox{Client: sqs.NewFromConfig(configOf(server.URL)), Queue: server.URL + "/inbox.fifo"}
	if err := inbox.Post(t.Context(), errandOf(t, 1000)); !errors.Is(err, engine.ErrBusy) {
		t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
	}
}

// TestWakeUps sees to it that commits of the feed's own stream come to the queues that listen to the category feed, and to
// no others.
func TestWakeUps(t *testing.T) {
	c := open(t, map[string][]string{"global": {"feed"}, "matches": {"match"}})
	if err := c.Publish(t.Context(), []es.Commit{engine.FeedAdvanced(7, time.Now()), commits("match-1", 1, 10)[0]}); err != nil {
		t.Fatal(err)
	}
	for queue, want := range map[string]es.StreamID{"global": engine.FeedStream, "matches": "match-1"} {
		n, err := c.Poll(t.Context(), queue, 5*time.Second, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			for _, m := range batch.Records {
				var got es.Commit
				if err := es.Decode([]byte(m.Body), &got); err != nil || got.Stream != want {
					t.Errorf("%s gets a commit of %s, error %v", queue, got.Stream, err)
				}
			}
			return events.SQSEventResponse{}, nil
		})
		if err != nil || n != 1 {
			t.Errorf("%s gets %d commits, error %v", queue, n, err)
		}
	}
}

// TestErrandsAreTraced sees to it that a message belongs to the errand's trace, and that a text that is no header, which SQS
// would refuse the message for, is left out.
func TestErrandsAreTraced(t *testing.T) {
	const trace = "Root=1-58406520-a006649127e371903a2de979;Parent=4c721bf33e3caf8f;Sampled=1"
	inbox, receiver := openInbox(t)
	for given, want := range map[string]string{trace + ";Lineage=1:a87bd80c:1": trace, "": "", "Root=1": ""} {
		e := errandOf(t, 1000)
		e.ID, e.Stream, e.Trace = emulator.Name("command"), es.StreamID(emulator.Name("room")), given
		if err := inbox.Post(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		n, err := receiver.Poll(t.Context(), "inbox", 5*time.Second, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			if got := batch.Records[0].Attributes["AWSTraceHeader"]; got != want {
				t.Errorf("%q came as %q, want %q", given, got, want)
			}
			return events.SQSEventResponse{}, nil
		})
		if err != nil || n != 1 {
			t.Fatalf("got %d messages, error %v", n, err)
		}
	}
}
