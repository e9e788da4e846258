package emulator_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// TestPipeline goes the whole way that commits go on AWS: append, stream, relay, feed and topic, queues. The relay is
// killed, so to speak, at every third batch after the feed has it.
func TestPipeline(t *testing.T) {
	cfg := emulator.MiniStack(t)
	client, topics, queues := dynamodb.NewFromConfig(cfg), sns.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	name := emulator.Name("pipeline")
	names := dynamo.NamesBy(func(thing string) string { return name + "-" + thing })
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	topology, err := messaging.CreateTopology(t.Context(), topics, queues, name, map[string][]string{"matches": {"match"}, "everything": nil})
	if err != nil {
		t.Fatal(err)
	}
	store := &dynamo.EventStore{Client: client, Table: names.Events}
	feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: store}
	relay := &dynamo.Relay{Feed: feed, Publisher: &lossy{to: &messaging.Publisher{Client: topics, Topic: topology.Topic}}}

	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := emulator.Pump(ctx, cfg, names.Events, relay.Handle); err != nil {
			t.Error(err)
		}
	})
	defer running.Wait()
	defer cancel()

	all, matches := map[es.StreamID][]es.Commit{}, map[es.StreamID][]es.Commit{}
	for i := range 6 {
		category := []string{"match", "user"}[i%2]
		stream := es.NewStreamID(category, fmt.Sprint(i))
		commits := write(t, store, stream, 10)
		all[stream] = commits
		if category == "match" {
			matches[stream] = commits
		}
	}
	receiver := &messaging.Receiver{Client: queues, Queues: topology.Queues}
	same(t, "what came to the queue of matches", consume(t, receiver, "matches", 30), matches)
	same(t, "what came to the queue of everything", consume(t, receiver, "everything", 60), all)
	fed := map[es.StreamID][]es.Commit{}
	page, err := feed.Read(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range page {
		fed[p.Stream] = append(fed[p.Stream], p.Commit)
	}
	same(t, "the feed", fed, all)
}

// lossy fails now and then, before or after it has published.
type lossy struct {
	to    *messaging.Publisher
	calls int
}

func (l *lossy) Publish(ctx context.Context, commits []es.Commit) error {
	l.calls++
	failure := fmt.Errorf("call %d fails", l.calls)
	if l.calls%6 == 3 {
		return failure
	}
	if err := l.to.Publish(ctx, commits); err != nil || l.calls%6 != 0 {
		return err
	}
	return failure
}

func write(t *testing.T, store *dynamo.EventStore, stream es.StreamID, n int) []es.Commit {
	t.Helper()
	var commits []es.Commit
	var head es.Head
	for i := range n {
		d := es.Draft{
			Stream: stream, After: head, Events: []es.Recorded{{Type: "Happened", Data: fmt.Appendf(nil, `{"n":%d}`, i)}},
			Origin: es.Origin{CommandID: fmt.Sprint(i), TraceID: "t", Time: time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)},
		}
		if err := store.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		commits, head = append(commits, d.Commit()), d.Commit().Head()
	}
	return commits
}

// consume receives until there are n commits, repetitions left out.
func consume(t *testing.T, receiver *messaging.Receiver, queue string, n int) map[es.StreamID][]es.Commit {
	t.Helper()
	got := map[es.StreamID][]es.Commit{}
	deadline := time.Now().Add(time.Minute)
	for seen := 0; seen < n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d commits came to %s", seen, n, queue)
		}
		_, err := receiver.Poll(t.Context(), queue, time.Second, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			for _, m := range batch.Records {
				var c es.Commit
				if err := es.Decode([]byte(m.Body), &c); err != nil {
					t.Error(err)
				}
				if c.Version == uint64(len(got[c.Stream])+1) {
					got[c.Stream] = append(got[c.Stream], c)
					seen++
				}
			}
			return events.SQSEventResponse{}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return got
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
