package contract

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/es"
)

func message(t *testing.T, transport Carrier) {
	d := draft(t, newStream("apple"), es.Head{}, 2)
	d.Events = append(d.Events, event(t, unicode), es.Recorded{Type: "Empty", Schema: 3, Data: []byte(`{}`)})
	d.Origin.CausationID, d.Origin.Invoker, d.Origin.Trace = "match-1@2", unicode, "Root=1-2-3"
	publish(t, transport, d.Commit())
	poll(t, transport, appleQueue, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		got := commitsOf(t, batch)
		if len(got) != 1 || batch.Records[0].MessageId == "" {
			t.Errorf("got %d messages, the first with id %q", len(got), batch.Records[0].MessageId)
			return events.SQSEventResponse{}, nil
		}
		same(t, "the commit", got[0], d.Commit())
		attributes := batch.Records[0].Attributes
		same(t, "the group", attributes["MessageGroupId"], string(d.Stream))
		same(t, "the deduplication id", attributes["MessageDeduplicationId"], string(d.Stream)+"#1")
		same(t, "the receive count", attributes["ApproximateReceiveCount"], "1")
		return events.SQSEventResponse{}, nil
	})
	drained(t, transport, appleQueue)
}

func fanOut(t *testing.T, transport Carrier) {
	var commits []es.Commit
	wanted := map[string]map[es.StreamID][]es.Commit{appleQueue: {}, pearQueue: {}, fruitQueue: {}, everyQueue: {}}
	for category, queues := range map[string][]string{
		"apple":     {appleQueue, fruitQueue, everyQueue},
		"pear":      {pearQueue, fruitQueue, everyQueue},
		"pineapple": {everyQueue},
	} {
		stream := chain(t, newStream(category), 3)
		commits = append(commits, stream...)
		for _, queue := range queues {
			wanted[queue][stream[0].Stream] = stream
		}
	}
	publish(t, transport, commits...)
	for queue, want := range wanted {
		same(t, "what came to "+queue, byStream(take(t, transport, queue, 3*len(want))), want)
		drained(t, transport, queue)
	}
}

func emptyQueue(t *testing.T, transport Carrier) {
	drained(t, transport, pearQueue)
	publish(t, transport, chain(t, newStream("apple"), 1)...)
	drained(t, transport, pearQueue)
}

func wakeUp(t *testing.T, transport Carrier) {
	polled := make(chan time.Time, 1)
	failed := make(chan error, 1)
	begin := time.Now()
	go func() {
		n, err := transport.Poll(t.Context(), appleQueue, 20*time.Second, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
			return events.SQSEventResponse{}, nil
		})
		if err == nil && n == 0 {
			err = fmt.Errorf("poll gave up after %v", time.Since(begin))
		}
		if err != nil {
			failed <- err
			return
		}
		polled <- time.Now()
	}()
	publish(t, transport, chain(t, newStream("apple"), 1)...)
	select {
	case at := <-polled:
		if took := at.Sub(begin); took > 10*time.Second {
			t.Fatalf("it took %v", took)
		}
	case err := <-failed:
		t.Fatal(err)
	case <-time.After(patience):
		t.Fatal("poll neither found the message nor gave up")
	}
}

func inOrder(t *testing.T, transport Carrier) {
	want := map[es.StreamID][]es.Commit{}
	var mixed []es.Commit
	for range 3 {
		stream := chain(t, newStream("apple"), 12)
		want[stream[0].Stream] = stream
		mixed = append(mixed, stream...)
	}
	slices.SortStableFunc(mixed, func(a, b es.Commit) int { return int(a.Version) - int(b.Version) })
	publish(t, transport, mixed[:1]...)
	publish(t, transport, mixed[1:20]...)
	publish(t, transport, mixed[20:]...)
	same(t, "what came", byStream(take(t, transport, appleQueue, len(mixed))), want)
	drained(t, transport, appleQueue)
}

func largeMessages(t *testing.T, transport Carrier) {
	stream := newStream("apple")
	var commits []es.Commit
	var head es.Head
	for range 3 {
		c := draftOfSize(t, stream, head, 200<<10).Commit()
		commits, head = append(commits, c), c.Head()
	}
	publish(t, transport, commits...)
	same(t, "what came", take(t, transport, appleQueue, len(commits)), commits)
}

func publishTwice(t *testing.T, transport Carrier) {
	commits := chain(t, newStream("apple"), 6)
	publish(t, transport, commits[:4]...)
	publish(t, transport, commits[:4]...)
	var first []es.Commit
	collect := func(want int) {
		for len(first) < want {
			for _, c := range take(t, transport, appleQueue, 1) {
				if len(first) == 0 || c.Version > first[len(first)-1].Version {
					first = append(first, c)
				}
			}
		}
	}
	collect(4)
	publish(t, transport, commits[2:]...)
	collect(6)
	same(t, "what came, repetitions left out", first, commits)
}

func pollCancelled(t *testing.T, transport Carrier) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := transport.Poll(ctx, pearQueue, 20*time.Second, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
			t.Error("there is a message")
			return events.SQSEventResponse{}, nil
		})
		ended <- err
	}()
	cancel()
	select {
	case err := <-ended:
		fails(t, "poll", err, context.Canceled)
	case <-time.After(10 * time.Second):
		t.Fatal("poll goes on after its context has ended")
	}
}
