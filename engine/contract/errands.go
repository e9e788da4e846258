package contract

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Delivery is what surrounds [engine.Timers] or an [engine.Inbox] in a test, which begins with no errand in it.
type Delivery struct {
	// Now is what the clock shows that says what is due, and when errands come again that failed. It begins at a whole second,
	// and stands still until Advance moves it on.
	Now     func() time.Time
	Advance func(time.Duration)
	// Receive hands a batch of at most 10 errands that are due to handle, as Lambda's event source mapping would, and gives
	// how many they were. With 0 there is none just now; it may wait a little for those that are on their way. The other
	// rules are those of [Carrier].Poll.
	Receive func(ctx context.Context, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (n int, err error)
	// Reopen closes and opens what keeps the errands, as a new process would. It is nil for what is no part of the process.
	Reopen func(t *testing.T)
}

// longestPause is more than any pause after which an errand comes again that failed.
const longestPause = 5*time.Minute + time.Second

// errand makes an errand for a stream.
func errand(tb tester, stream es.StreamID) engine.Errand {
	tb.Helper()
	return engine.Errand{
		ID: uuid.NewString(), Command: "TakeTurn", Input: event(tb, "input").Data, Stream: stream, TraceID: uuid.NewString(),
	}
}

// fullErrand makes one with every field but for its time.
func fullErrand(tb tester, stream es.StreamID) engine.Errand {
	tb.Helper()
	e := errand(tb, stream)
	e.ID, e.Input = "match-joining:"+e.ID+"@3/é", event(tb, unicode).Data
	e.CausationID, e.Trace, e.Saga, e.Act = "match-1@2", "Root=1-2-3", "match-joining", "join"
	e.Invoker = es.Identity{User: unicode, Roles: []string{"read", "write"}}
	return e
}

// receive hands over one batch. A failure of the handler is the test's own.
func (d Delivery) receive(t *testing.T, handle handler) int {
	t.Helper()
	n, err := d.Receive(t.Context(), handle)
	try(t, "receive errands", err)
	return n
}

// receiveSome waits for a batch, and lets pauses pass.
func (d Delivery) receiveSome(t *testing.T, handle handler) {
	t.Helper()
	wait(t, "an errand", func() bool {
		if d.receive(t, handle) > 0 {
			return true
		}
		d.Advance(longestPause)
		return false
	})
}

// due receives all that is due until so many have come, without letting time pass.
func (d Delivery) due(t *testing.T, want int) []engine.Errand {
	t.Helper()
	var got []engine.Errand
	wait(t, strconv.Itoa(want)+" errands that are due", func() bool {
		for d.receive(t, done(t, &got)) > 0 {
		}
		return len(got) >= want
	})
	return got
}

// none fails the test if an errand comes.
func (d Delivery) none(t *testing.T, when string) {
	t.Helper()
	n := d.receive(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		t.Errorf("%s comes %v", when, errandsOf(t, batch))
		return events.SQSEventResponse{}, nil
	})
	same(t, "the number of errands "+when, n, 0)
}

// done is a handler that succeeds and notes what it was given.
func done(t *testing.T, got *[]engine.Errand) handler {
	return func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		*got = append(*got, errandsOf(t, batch)...)
		return report(), nil
	}
}

func errandsOf(t *testing.T, batch events.SQSEvent) []engine.Errand {
	t.Helper()
	if len(batch.Records) > 10 {
		t.Errorf("a batch has %d errands", len(batch.Records))
	}
	errands := make([]engine.Errand, len(batch.Records))
	for i, m := range batch.Records {
		if err := es.Decode([]byte(m.Body), &errands[i]); err != nil {
			t.Errorf("decode a message's body: %v", err)
		}
	}
	return errands
}

// counting makes sure that each delivery of an errand counts.
type counting map[string]int // by id

func (c counting) check(t *testing.T, m events.SQSMessage, id string) {
	t.Helper()
	count, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil || count <= c[id] {
		t.Errorf("the receive count of %s went from %d to %q", id, c[id], m.Attributes["ApproximateReceiveCount"])
	}
	c[id] = count
}

// idsOf gives the ids of errands in their order, repetitions left out.
func idsOf(errands []engine.Errand) []string {
	var ids []string
	for _, e := range errands {
		if !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
