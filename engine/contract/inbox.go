package contract

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Inbox tests an [engine.Inbox].
func Inbox(t *testing.T, open func(t *testing.T) (engine.Inbox, Delivery)) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Inbox, Delivery)
	}{
		{"a message is an errand, with the attributes of SQS FIFO", inboxMessage},
		{"an empty inbox gives nothing", inboxEmpty},
		{"streams keep their order", inboxOrder},
		{"one that fails holds up those behind it, of its stream alone", inboxHeldUp},
		{"each delivery counts", inboxCounts},
		{"a handler that fails gets the whole batch again", inboxHandlerFails},
		{"what is posted twice is neither lost nor out of order", inboxTwice},
		{"a stream has one receiver at a time, however many there are", inboxReceivers},
		{"errands outlive the process", inboxReopened},
		{"nothing is posted after the context has ended", inboxCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			inbox, delivery := open(t)
			test.run(t, inbox, delivery)
		})
	}
}

// post posts n errands for a stream.
func post(t *testing.T, inbox engine.Inbox, stream es.StreamID, n int) []engine.Errand {
	t.Helper()
	var errands []engine.Errand
	for range n {
		e := errand(t, stream)
		try(t, "post an errand", inbox.Post(t.Context(), e))
		errands = append(errands, e)
	}
	return errands
}

// finish receives until so many different errands have been done, and gives them by stream.
func (d Delivery) finish(t *testing.T, want int) map[es.StreamID][]string {
	t.Helper()
	var got []engine.Errand
	for len(idsOf(got)) < want {
		d.receiveSome(t, done(t, &got))
	}
	return idsByStream(got)
}

func idsByStream(errands []engine.Errand) map[es.StreamID][]string {
	all, ids := map[es.StreamID][]engine.Errand{}, map[es.StreamID][]string{}
	for _, e := range errands {
		all[e.Stream] = append(all[e.Stream], e)
		ids[e.Stream] = idsOf(all[e.Stream])
	}
	return ids
}

func inboxMessage(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	e := fullErrand(t, newStream("contract"))
	e.Due = instant(1)
	try(t, "post an errand", inbox.Post(t.Context(), e))
	delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		if len(batch.Records) != 1 || batch.Records[0].MessageId == "" {
			t.Errorf("got %d messages, the first with id %q", len(batch.Records), batch.Records[0].MessageId)
		}
		same(t, "the errand", errandsOf(t, batch), []engine.Errand{e})
		same(t, "the group", batch.Records[0].Attributes["MessageGroupId"], string(e.Stream))
		same(t, "the receive count", batch.Records[0].Attributes["ApproximateReceiveCount"], "1")
		return report(), nil
	})
	delivery.none(t, "after it was done")
}

func inboxEmpty(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	delivery.none(t, "before anything was posted")
	post(t, inbox, newStream("contract"), 1)
	delivery.finish(t, 1)
	delivery.Advance(longestPause)
	delivery.none(t, "after it was done")
}

func inboxOrder(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	var mixed []engine.Errand
	streams := []es.StreamID{newStream("contract"), newStream("contract"), newStream("contract")}
	for range 12 {
		for _, stream := range streams {
			mixed = append(mixed, post(t, inbox, stream, 1)...)
		}
	}
	same(t, "what was done", delivery.finish(t, len(mixed)), idsByStream(mixed))
	delivery.none(t, "after all were done")
}

func inboxHeldUp(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	var mixed, finished []engine.Errand
	bad, good := newStream("contract"), newStream("contract")
	for range 6 {
		mixed = append(mixed, post(t, inbox, bad, 1)...)
		mixed = append(mixed, post(t, inbox, good, 1)...)
	}
	failing := mixed[4].ID // the third of its stream
	failures := 0
	for len(idsOf(finished)) < len(mixed) {
		delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			held := false
			var back []events.SQSMessage
			for i, e := range errandsOf(t, batch) {
				if e.ID == failing && failures < 2 {
					failures++
					held = true
				}
				if held && e.Stream == bad {
					back = append(back, batch.Records[i])
					continue
				}
				finished = append(finished, e)
			}
			return report(back...), nil
		})
	}
	same(t, "what was done", idsByStream(finished), idsByStream(mixed))
	same(t, "the failures", failures, 2)
	same(t, "the number of errands", len(finished), len(mixed))
	delivery.Advance(longestPause)
	delivery.none(t, "after all were done")
}

func inboxCounts(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	e := post(t, inbox, newStream("contract"), 1)[0]
	counts := counting{}
	for delivered := range 4 {
		delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			counts.check(t, batch.Records[0], e.ID)
			if delivered < 3 {
				return report(batch.Records...), nil
			}
			return report(), nil
		})
	}
	delivery.Advance(longestPause)
	delivery.none(t, "after it was done")
}

func inboxHandlerFails(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	want := post(t, inbox, newStream("contract"), 4)
	boom := errors.New("boom")
	wait(t, "an errand", func() bool {
		n, err := delivery.Receive(t.Context(), func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
			return events.SQSEventResponse{}, boom
		})
		if n > 0 {
			fails(t, "receive with a handler that fails", err, boom)
		} else {
			try(t, "receive", err)
		}
		return n > 0
	})
	same(t, "what was done", delivery.finish(t, len(want)), idsByStream(want))
}

func inboxTwice(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	stream := newStream("contract")
	var want []engine.Errand
	for range 4 {
		e := post(t, inbox, stream, 1)[0]
		try(t, "post it again", inbox.Post(t.Context(), e))
		want = append(want, e)
	}
	for _, e := range want {
		try(t, "post all again", inbox.Post(t.Context(), e))
	}
	want = append(want, post(t, inbox, stream, 2)...)
	same(t, "what was done, repetitions left out", delivery.finish(t, len(want)), idsByStream(want))
}

// team is what the receivers of several goroutines share.
type team struct {
	sync.Mutex
	busy     map[es.StreamID]bool
	failed   map[es.StreamID]bool
	finished []engine.Errand
}

func inboxReceivers(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	const streams, each = 6, 7
	var want []engine.Errand
	for range streams {
		want = append(want, post(t, inbox, newStream("contract"), each)...)
	}
	r := &team{busy: map[es.StreamID]bool{}, failed: map[es.StreamID]bool{}}
	wait(t, "all errands", func() bool {
		for _, err := range together(t.Context(), 4, func(ctx context.Context, _ int) error {
			for {
				n, err := delivery.Receive(ctx, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
					return r.handle(t, batch), nil
				})
				if n == 0 || err != nil {
					return err
				}
			}
		}) {
			try(t, "receive", err)
		}
		delivery.Advance(longestPause) // while nobody is at work, whom it would take by surprise
		return len(idsOf(r.finished)) >= len(want)
	})
	same(t, "what was done", idsByStream(r.finished), idsByStream(want))
	same(t, "the number of errands", len(r.finished), len(want))
}

// handle does the errands but one of every stream, which fails the first time.
func (r *team) handle(t *testing.T, batch events.SQSEvent) events.SQSEventResponse {
	errands := errandsOf(t, batch)
	streams := idsByStream(errands)
	r.Lock()
	for stream := range streams {
		if r.busy[stream] {
			t.Errorf("two receivers are at work on %s", stream)
		}
		r.busy[stream] = true
	}
	r.Unlock()
	r.Lock()
	defer r.Unlock()
	held := map[es.StreamID]bool{}
	var back []events.SQSMessage
	for i, e := range errands {
		if !r.failed[e.Stream] && i > 0 {
			r.failed[e.Stream], held[e.Stream] = true, true
		}
		if held[e.Stream] {
			back = append(back, batch.Records[i])
		} else {
			r.finished = append(r.finished, e)
		}
	}
	for stream := range streams {
		delete(r.busy, stream)
	}
	return report(back...)
}

func inboxReopened(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	if delivery.Reopen == nil {
		t.Skip("this inbox is kept by no process of ours")
	}
	stream := newStream("contract")
	want := post(t, inbox, stream, 3)
	delivery.Reopen(t)
	counts := counting{}
	delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		same(t, "what comes first", errandsOf(t, batch)[0], want[0])
		counts.check(t, batch.Records[0], want[0].ID)
		return report(batch.Records...), nil
	})
	delivery.Reopen(t)
	want = append(want, post(t, inbox, stream, 1)...)
	delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		same(t, "what comes first", errandsOf(t, batch)[0], want[0])
		counts.check(t, batch.Records[0], want[0].ID)
		return report(batch.Records[1:]...), nil
	})
	delivery.Reopen(t)
	same(t, "the rest", delivery.finish(t, len(want)-1), idsByStream(want[1:]))
	delivery.Reopen(t)
	delivery.none(t, "after all were done")
}

func inboxCancelled(t *testing.T, inbox engine.Inbox, delivery Delivery) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fails(t, "post an errand", inbox.Post(ctx, errand(t, newStream("contract"))), context.Canceled)
	delivery.none(t, "after nothing was posted")
}
