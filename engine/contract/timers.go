package contract

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
)

// Timers tests [engine.Timers].
func Timers(t *testing.T, open func(t *testing.T) (engine.Timers, Delivery)) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Timers, Delivery)
	}{
		{"an errand comes when it is due, not earlier", timerDue},
		{"every field of an errand comes", timerFields},
		{"what is due already comes at once", timerPast},
		{"errands come by their times, whatever the order that they were set in", timerOrder},
		{"the same id twice is one errand, as it was first", timerTwice},
		{"an errand that fails comes again", timerFails},
		{"one that fails holds up no other", timerFailsAlone},
		{"a handler that fails gets the whole batch again", timerHandlerFails},
		{"many that are due at the same time all come", timerMany},
		{"timers outlive the process", timerReopened},
		{"nothing is set after the context has ended", timerCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			timers, delivery := open(t)
			test.run(t, timers, delivery)
		})
	}
}

// setIn sets an errand that is due after a time.
func setIn(t *testing.T, timers engine.Timers, delivery Delivery, after time.Duration) engine.Errand {
	t.Helper()
	e := errand(t, newStream("contract"))
	e.Due = delivery.Now().Add(after).UTC()
	set(t, timers, e)
	return e
}

func set(t *testing.T, timers engine.Timers, errands ...engine.Errand) {
	t.Helper()
	for _, e := range errands {
		try(t, "set a timer", timers.Set(t.Context(), e))
	}
}

func timerDue(t *testing.T, timers engine.Timers, delivery Delivery) {
	e := setIn(t, timers, delivery, time.Hour)
	delivery.none(t, "an hour before its time")
	delivery.Advance(time.Hour - time.Millisecond)
	delivery.none(t, "a millisecond before its time")
	delivery.Advance(time.Second + time.Millisecond) // who keeps times to the second is late
	same(t, "what comes", delivery.due(t, 1), []engine.Errand{e})
	delivery.Advance(24 * time.Hour)
	delivery.none(t, "after it was run")
}

func timerFields(t *testing.T, timers engine.Timers, delivery Delivery) {
	e := fullErrand(t, newStream("contract")+"é #")
	e.Due = delivery.Now().Add(time.Minute).Truncate(time.Millisecond).UTC()
	set(t, timers, e)
	delivery.Advance(time.Minute + time.Second)
	wait(t, "the errand", func() bool {
		return delivery.receive(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			if len(batch.Records) != 1 || batch.Records[0].MessageId == "" {
				t.Errorf("got %d messages, the first with id %q", len(batch.Records), batch.Records[0].MessageId)
			}
			same(t, "the errand", errandsOf(t, batch), []engine.Errand{e})
			same(t, "the receive count", batch.Records[0].Attributes["ApproximateReceiveCount"], "1")
			return report(), nil
		}) > 0
	})
}

func timerPast(t *testing.T, timers engine.Timers, delivery Delivery) {
	never := errand(t, newStream("contract")) // with no time at all
	set(t, timers, never)
	want := []string{
		never.ID, setIn(t, timers, delivery, 0).ID, setIn(t, timers, delivery, -time.Millisecond).ID, setIn(t, timers, delivery, -10_000*time.Hour).ID,
	}
	got := idsOf(delivery.due(t, len(want)))
	slices.Sort(got)
	slices.Sort(want)
	same(t, "what comes", got, want)
}

func timerOrder(t *testing.T, timers engine.Timers, delivery Delivery) {
	want := make([]string, 5)
	for _, i := range []int{3, 0, 4, 2, 1} {
		want[i] = setIn(t, timers, delivery, time.Duration(i+1)*time.Hour).ID
	}
	for _, id := range want {
		delivery.none(t, "before the next time")
		delivery.Advance(time.Hour + time.Second)
		same(t, "what comes", idsOf(delivery.due(t, 1)), []string{id})
	}
}

func timerTwice(t *testing.T, timers engine.Timers, delivery Delivery) {
	e := setIn(t, timers, delivery, time.Hour)
	for i, due := range []time.Time{e.Due, e.Due.Add(-time.Minute), e.Due.Add(time.Minute)} {
		again := e
		again.Due, again.Input = due, event(t, "again").Data
		if i == 0 {
			again.Input = e.Input
		}
		set(t, timers, again)
	}
	delivery.none(t, "before its time")
	delivery.Advance(time.Hour + time.Second)
	same(t, "what comes", delivery.due(t, 1), []engine.Errand{e})
	delivery.Advance(time.Hour)
	delivery.none(t, "after it was run")
}

func timerFails(t *testing.T, timers engine.Timers, delivery Delivery) {
	e := setIn(t, timers, delivery, 0)
	counts := counting{}
	const failures = 3
	for delivered := range failures + 1 {
		delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			same(t, "what comes", errandsOf(t, batch), []engine.Errand{e})
			counts.check(t, batch.Records[0], e.ID)
			if delivered < failures {
				return report(batch.Records...), nil
			}
			return report(), nil
		})
	}
	delivery.Advance(longestPause)
	delivery.none(t, "after it was run")
}

func timerFailsAlone(t *testing.T, timers engine.Timers, delivery Delivery) {
	bad := setIn(t, timers, delivery, 0)
	want := []string{bad.ID}
	for range 3 {
		e := errand(t, bad.Stream)
		set(t, timers, e)
		want = append(want, e.ID)
	}
	var got []engine.Errand
	failed := false
	for len(idsOf(got)) < len(want) {
		delivery.receiveSome(t, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			var back []events.SQSMessage
			for i, e := range errandsOf(t, batch) {
				if e.ID == bad.ID && !failed {
					failed = true
					back = append(back, batch.Records[i])
					continue
				}
				got = append(got, e)
			}
			return report(back...), nil
		})
	}
	same(t, "whether the others came once", len(got), len(want))
	ids := idsOf(got)
	slices.Sort(ids)
	slices.Sort(want)
	same(t, "what was done", ids, want)
	delivery.Advance(longestPause)
	delivery.none(t, "after all have been run")
}

func timerHandlerFails(t *testing.T, timers engine.Timers, delivery Delivery) {
	want := []string{setIn(t, timers, delivery, 0).ID, setIn(t, timers, delivery, 0).ID}
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
	var got []engine.Errand
	for len(idsOf(got)) < len(want) {
		delivery.receiveSome(t, done(t, &got))
	}
	ids := idsOf(got)
	slices.Sort(ids)
	slices.Sort(want)
	same(t, "what was done", ids, want)
}

func timerMany(t *testing.T, timers engine.Timers, delivery Delivery) {
	var want []string
	for range 35 {
		want = append(want, setIn(t, timers, delivery, time.Hour).ID)
	}
	delivery.Advance(time.Hour - time.Millisecond)
	delivery.none(t, "before their time")
	delivery.Advance(time.Second + time.Millisecond)
	got := idsOf(delivery.due(t, len(want)))
	slices.Sort(got)
	slices.Sort(want)
	same(t, "what comes", got, want)
}

func timerReopened(t *testing.T, timers engine.Timers, delivery Delivery) {
	if delivery.Reopen == nil {
		t.Skip("these timers are kept by no process of ours")
	}
	e := setIn(t, timers, delivery, time.Hour)
	failing := setIn(t, timers, delivery, 0)
	counts := counting{}
	count := func(back bool) handler {
		return func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			same(t, "what comes", errandsOf(t, batch), []engine.Errand{failing})
			counts.check(t, batch.Records[0], failing.ID)
			if back {
				return report(batch.Records...), nil
			}
			return report(), nil
		}
	}
	for range 2 {
		delivery.receiveSome(t, count(true))
		delivery.Reopen(t)
	}
	delivery.receiveSome(t, count(false))
	delivery.Reopen(t)
	delivery.none(t, "before its time")
	delivery.Advance(time.Hour)
	same(t, "what comes", delivery.due(t, 1), []engine.Errand{e})
	delivery.Reopen(t)
	delivery.Advance(time.Hour)
	delivery.none(t, "after it was run")
}

func timerCancelled(t *testing.T, timers engine.Timers, delivery Delivery) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fails(t, "set a timer", timers.Set(ctx, errand(t, newStream("contract"))), context.Canceled)
	delivery.none(t, "after nothing was set")
}
