package contract

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Carrier is a Publisher with a way to receive, as Lambda's event source mapping would.
type Carrier interface {
	engine.Publisher
	// Poll receives one batch (up to 10) of a queue's messages, waits up to wait for some, hands them to handle as Lambda
	// would, and deletes those that it does not report back in BatchItemFailures; n is how many were handed over. Messages that
	// are reported back come again later, and nothing of their groups before. When handle fails, or reports back what was
	// not in the batch, the whole batch comes again; a failure of handle is among the errors that Poll gives.
	Poll(ctx context.Context, queue string, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (n int, err error)
}

// The queues that the suite reads from.
const (
	appleQueue = "contract-apple" // listens to the category apple
	pearQueue  = "contract-pear"
	fruitQueue = "contract-fruit" // listens to both
	everyQueue = "contract-every" // listens to every category
)

// Queues gives the queues that the suite of [Transport] reads from, with the categories that each listens to; none stands
// for all.
func Queues() map[string][]string {
	return map[string][]string{appleQueue: {"apple"}, pearQueue: {"pear"}, fruitQueue: {"apple", "pear"}, everyQueue: nil}
}

// Transport tests a [Carrier]. The constructor declares the queues of [Queues] and gives them empty, each time. What is
// reported back should come again after a second or less, so that the tests are quick.
func Transport(t *testing.T, open func(t *testing.T) Carrier) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Carrier)
	}{
		{"a message is a commit, with the attributes of SQS FIFO", message},
		{"each queue gets the categories that it listens to", fanOut},
		{"an empty queue gives nothing", emptyQueue},
		{"who waits is woken by a message", wakeUp},
		{"streams keep their order", inOrder},
		{"commits of 200 KB pass", largeMessages},
		{"what is published twice is neither lost nor out of order", publishTwice},
		{"what is reported back comes again in order while other streams go on", reportedBack},
		{"each delivery counts", receiveCount},
		{"a handler that fails gets the whole batch again", handlerFails},
		{"a handler that reports back nonsense gets the whole batch again", handlerReportsNonsense},
		{"with many receivers and failures nothing is lost", manyReceivers},
		{"poll ends with its context", pollCancelled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

type handler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

func publish(t *testing.T, transport Carrier, commits ...es.Commit) {
	t.Helper()
	try(t, "publish", transport.Publish(t.Context(), commits))
}

// poll receives one batch and gives up when there is none.
func poll(t *testing.T, transport Carrier, queue string, handle handler) {
	t.Helper()
	wait(t, "a message in "+queue, func() bool {
		n, err := transport.Poll(t.Context(), queue, time.Second, handle)
		try(t, "poll "+queue, err)
		return n > 0
	})
}

// take receives commits from a queue until there are so many.
func take(t *testing.T, transport Carrier, queue string, want int) []es.Commit {
	t.Helper()
	var got []es.Commit
	for len(got) < want {
		poll(t, transport, queue, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			got = append(got, commitsOf(t, batch)...)
			return events.SQSEventResponse{}, nil
		})
	}
	return got
}

func commitsOf(t *testing.T, batch events.SQSEvent) []es.Commit {
	t.Helper()
	if len(batch.Records) > 10 {
		t.Errorf("a batch has %d messages", len(batch.Records))
	}
	commits := make([]es.Commit, len(batch.Records))
	for i, m := range batch.Records {
		if err := es.Decode([]byte(m.Body), &commits[i]); err != nil {
			t.Errorf("decode a message's body: %v", err)
		}
	}
	return commits
}

func byStream(commits []es.Commit) map[es.StreamID][]es.Commit {
	streams := map[es.StreamID][]es.Commit{}
	for _, c := range commits {
		streams[c.Stream] = append(streams[c.Stream], c)
	}
	return streams
}

// drained fails the test if a queue still gives messages.
func drained(t *testing.T, transport Carrier, queue string) {
	t.Helper()
	n, err := transport.Poll(t.Context(), queue, 0, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		t.Errorf("%s still gives %v", queue, batch.Records[0].Attributes["MessageDeduplicationId"])
		return events.SQSEventResponse{}, nil
	})
	try(t, "poll "+queue, err)
	same(t, "the number of messages", n, 0)
}

// report gives the response that reports messages back.
func report(messages ...events.SQSMessage) events.SQSEventResponse {
	r := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, m := range messages {
		r.BatchItemFailures = append(r.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
	}
	return r
}
