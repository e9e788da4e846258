package handler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// taker is a handler of commits that fails for some streams.
type taker struct {
	fails map[es.StreamID]bool
	took  []string
}

func (k *taker) Begin(_ context.Context, stream es.StreamID) (engine.Progress, error) {
	if k.fails[stream] {
		return nil, errors.New("the table is away")
	}
	return &progress{taker: k}, nil
}

type progress struct {
	*taker
	version uint64
}

func (p *progress) Version() uint64 { return p.version }

func (p *progress) Apply(_ context.Context, c es.Commit) error {
	p.took, p.version = append(p.took, fmt.Sprintf("%s@%d", c.Stream, c.Version)), c.Last()
	return nil
}

func (p *progress) Skip(c es.Commit)           { p.version = c.Last() }
func (p *progress) Save(context.Context) error { return nil }

func message(t *testing.T, stream es.StreamID, version uint64) events.SQSMessage {
	t.Helper()
	body, err := es.Encode(es.Commit{Stream: stream, Version: version, Events: []es.Recorded{{Type: "Added", Data: []byte(`{}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	return events.SQSMessage{
		MessageId: fmt.Sprintf("%s@%d", stream, version), Body: string(body),
		Attributes: map[string]string{"MessageGroupId": string(stream), "ApproximateReceiveCount": "1"},
	}
}

// TestPartialBatch holds the answer to a batch of an SQS FIFO queue against what AWS documents: what is not reported is
// deleted, so that a failed message has to be reported with all later ones of its group, and no others.
func TestPartialBatch(t *testing.T) {
	broken := message(t, "a-2", 2)
	broken.MessageId, broken.Body = "broken", "not a commit"
	for _, c := range []struct {
		name  string
		fails es.StreamID
		batch []events.SQSMessage
		want  []string
		took  []string
	}{
		{
			name: "all is well", batch: []events.SQSMessage{message(t, "a-1", 1), message(t, "a-2", 1), message(t, "a-1", 2)},
			took: []string{"a-1@1", "a-1@2", "a-2@1"},
		},
		{
			name: "a group fails", fails: "a-1",
			batch: []events.SQSMessage{message(t, "a-1", 1), message(t, "a-2", 1), message(t, "a-1", 2)},
			want:  []string{"a-1@1", "a-1@2"}, took: []string{"a-2@1"},
		},
		{
			name:  "an unreadable message holds back its group from there on",
			batch: []events.SQSMessage{message(t, "a-2", 1), broken, message(t, "a-2", 3), message(t, "a-1", 1)},
			want:  []string{"broken", "a-2@3"}, took: []string{"a-2@1", "a-1@1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &taker{fails: map[es.StreamID]bool{c.fails: true}}
			h := handler.Consumer{Name: "c", To: &engine.Consumer{Name: "c", Handler: k}}
			response, err := h.Handle(t.Context(), events.SQSEvent{Records: c.batch})
			if err != nil {
				t.Fatal(err)
			}
			if response.BatchItemFailures == nil {
				t.Fatal("null for no failures: there are engines that take the whole batch for failed")
			}
			var got []string
			for _, f := range response.BatchItemFailures {
				got = append(got, f.ItemIdentifier)
			}
			if diff := cmp.Diff(c.want, got) + cmp.Diff(c.took, k.took); diff != "" {
				t.Fatal(diff)
			}
		})
	}
	t.Run("without group attributes", func(t *testing.T) {
		k := &taker{fails: map[es.StreamID]bool{"a-1": true}}
		batch := []events.SQSMessage{message(t, "a-1", 1), message(t, "a-2", 1)}
		for i := range batch {
			batch[i].Attributes = nil
		}
		h := handler.Consumer{Name: "c", To: &engine.Consumer{Name: "c", Handler: k}}
		response, err := h.Handle(t.Context(), events.SQSEvent{Records: batch})
		if err != nil || len(response.BatchItemFailures) != 1 || strings.Join(k.took, " ") != "a-2@1" {
			t.Fatalf("reported %v, took %v, %v", response.BatchItemFailures, k.took, err)
		}
	})
}
