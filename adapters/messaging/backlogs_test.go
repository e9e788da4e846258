package messaging_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/emulator"
)

// TestBacklogs counts messages whether they are handed out or not.
func TestBacklogs(t *testing.T) {
	client, prefix := sqs.NewFromConfig(emulator.MiniStack(t)), emulator.Name("backlog")
	backlogs := &messaging.Backlogs{Client: client, Name: func(consumer string) string { return prefix + "-" + consumer }}
	if _, err := backlogs.Backlog(t.Context(), "view"); err == nil {
		t.Fatal("a queue that is not there has a backlog")
	}
	url, err := messaging.CreateInbox(t.Context(), client, prefix+"-view")
	if err != nil {
		t.Fatal(err)
	}
	waits := func(want engine.Backlog) {
		t.Helper()
		if got, err := backlogs.Backlog(t.Context(), "view"); err != nil || got != want {
			t.Errorf("there waits %+v, error %v, want %+v", got, err, want)
		}
	}
	waits(engine.Backlog{})
	inbox := &messaging.Inbox{Client: client, Queue: url}
	for _, id := range []string{"a", "b", "c"} {
		if err := inbox.Post(t.Context(), engine.Errand{ID: id, Command: "Act", Input: []byte(`{}`), Stream: "room-1"}); err != nil {
			t.Fatal(err)
		}
	}
	waits(engine.Backlog{Waiting: 3})
	receiver := &messaging.Receiver{Client: client, Queues: map[string]string{"view": url}}
	for done := 0; done < 3; {
		n, err := receiver.Poll(t.Context(), "view", time.Second, func(context.Context, events.SQSEvent) (r events.SQSEventResponse, err error) {
			waits(engine.Backlog{Waiting: uint64(3 - done)})
			return r, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		done += n
	}
	waits(engine.Backlog{})
}
