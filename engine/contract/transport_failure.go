package contract

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/es"
)

// fromOn gives a message and all later ones of its group, which is what a handler of a FIFO queue reports back.
func fromOn(batch events.SQSEvent, i int) []events.SQSMessage {
	var later []events.SQSMessage
	for _, m := range batch.Records[i:] {
		if m.Attributes["MessageGroupId"] == batch.Records[i].Attributes["MessageGroupId"] {
			later = append(later, m)
		}
	}
	return later
}

func reportedBack(t *testing.T, transport Carrier) {
	bad, good := chain(t, newStream("apple"), 6), chain(t, newStream("apple"), 6)
	var mixed []es.Commit
	for i := range bad {
		mixed = append(mixed, bad[i], good[i])
	}
	publish(t, transport, mixed...)
	var done []es.Commit
	failed := false
	for len(done) < len(mixed) {
		poll(t, transport, appleQueue, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			for i, c := range commitsOf(t, batch) {
				if !failed && c.Stream == bad[0].Stream && c.Version == bad[2].Version {
					failed = true
					back := fromOn(batch, i)
					for _, m := range batch.Records[i:] {
						if !slices.ContainsFunc(back, func(b events.SQSMessage) bool { return b.MessageId == m.MessageId }) {
							done = append(done, commitsOf(t, events.SQSEvent{Records: []events.SQSMessage{m}})...)
						}
					}
					return report(back...), nil
				}
				done = append(done, c)
			}
			return report(), nil
		})
	}
	same(t, "what was done", byStream(done), byStream(mixed))
	drained(t, transport, appleQueue)
}

func receiveCount(t *testing.T, transport Carrier) {
	publish(t, transport, chain(t, newStream("apple"), 1)...)
	last := 0
	for delivery := range 3 {
		poll(t, transport, appleQueue, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			count, err := strconv.Atoi(batch.Records[0].Attributes["ApproximateReceiveCount"])
			if err != nil || count <= last {
				t.Errorf("the receive count went from %d to %q", last, batch.Records[0].Attributes["ApproximateReceiveCount"])
			}
			last = count
			if delivery == 2 {
				return report(), nil
			}
			return report(batch.Records...), nil
		})
	}
	drained(t, transport, appleQueue)
}

func handlerFails(t *testing.T, transport Carrier) {
	boom := errors.New("boom")
	wholeBatchAgain(t, transport, func(events.SQSEvent) (events.SQSEventResponse, error) {
		return events.SQSEventResponse{}, boom
	}, boom)
}

func handlerReportsNonsense(t *testing.T, transport Carrier) {
	wholeBatchAgain(t, transport, func(batch events.SQSEvent) (events.SQSEventResponse, error) {
		return report(batch.Records[0], events.SQSMessage{MessageId: "nonsense"}), nil
	}, nil)
}

// wholeBatchAgain lets a handler fail once, and makes sure that all that it was given comes again. The error that it fails
// with must come out of Poll.
func wholeBatchAgain(t *testing.T, transport Carrier, fail func(events.SQSEvent) (events.SQSEventResponse, error), want error) {
	t.Helper()
	commits := chain(t, newStream("apple"), 4)
	publish(t, transport, commits...)
	wait(t, "a message", func() bool {
		n, err := transport.Poll(t.Context(), appleQueue, time.Second, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			return fail(batch)
		})
		if n > 0 && want != nil {
			fails(t, "poll with a handler that fails", err, want)
		}
		if n == 0 {
			try(t, "poll", err)
		}
		return n > 0
	})
	same(t, "what came again", take(t, transport, appleQueue, len(commits)), commits)
	drained(t, transport, appleQueue)
}

// receivers is what the handlers of several goroutines share.
type receivers struct {
	sync.Mutex
	busy   map[string]bool // streams that a handler is at work on
	failed map[string]bool // streams that have had their failure
	done   map[es.StreamID][]uint64
	left   int
}

func manyReceivers(t *testing.T, transport Carrier) {
	const streams, each = 8, 9
	r := &receivers{busy: map[string]bool{}, failed: map[string]bool{}, done: map[es.StreamID][]uint64{}, left: streams * each}
	want := map[es.StreamID][]uint64{}
	for range streams {
		commits := chain(t, newStream("apple"), each)
		publish(t, transport, commits...)
		for _, c := range commits {
			want[c.Stream] = append(want[c.Stream], c.Version)
		}
	}
	deadline := time.Now().Add(patience)
	for _, err := range together(t.Context(), 4, func(ctx context.Context, _ int) error {
		for r.more() && time.Now().Before(deadline) {
			if _, err := transport.Poll(ctx, appleQueue, 200*time.Millisecond, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
				return r.handle(t, batch), nil
			}); err != nil {
				return err
			}
		}
		return nil
	}) {
		try(t, "poll", err)
	}
	same(t, "the versions that were done, by stream", r.done, want)
}

func (r *receivers) more() bool {
	r.Lock()
	defer r.Unlock()
	return r.left > 0
}

// handle takes the messages but the third commit of every stream, which fails the first time.
func (r *receivers) handle(t *testing.T, batch events.SQSEvent) events.SQSEventResponse {
	groups := map[string]bool{}
	r.Lock()
	for _, m := range batch.Records {
		groups[m.Attributes["MessageGroupId"]] = true
	}
	for group := range groups {
		if r.busy[group] {
			t.Errorf("two receivers are at work on %s", group)
		}
		r.busy[group] = true
	}
	r.Unlock()
	commits := commitsOf(t, batch)
	r.Lock()
	defer r.Unlock()
	for group := range groups {
		delete(r.busy, group)
	}
	var back []events.SQSMessage
	failing := map[string]bool{}
	for i, m := range batch.Records {
		group := m.Attributes["MessageGroupId"]
		switch done := r.done[commits[i].Stream]; {
		case failing[group]:
			back = append(back, m)
		case len(done) == 2 && !r.failed[group]:
			r.failed[group], failing[group] = true, true
			back = append(back, m)
		default:
			r.done[commits[i].Stream] = append(done, commits[i].Version)
			r.left--
		}
	}
	return report(back...)
}
