package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Checkpoints tests an [engine.Checkpoints].
func Checkpoints(t *testing.T, open func(t *testing.T) engine.Checkpoints) {
	applied := func(t *testing.T, c engine.Checkpoints, consumer string, stream es.StreamID, want uint64) {
		t.Helper()
		got, err := c.Applied(t.Context(), consumer, stream)
		try(t, "read a checkpoint", err)
		same(t, "the checkpoint", got, want)
	}
	t.Run("it moves on", func(t *testing.T) {
		c, consumer, stream := open(t), newConsumer(), newStream("contract")
		applied(t, c, consumer, stream, 0)
		for version := uint64(0); version < 12; version += 3 {
			try(t, "advance", c.Advance(t.Context(), consumer, stream, version, version+3))
			applied(t, c, consumer, stream, version+3)
		}
	})
	t.Run("consumers and streams are kept apart", func(t *testing.T) {
		c, consumer, stream := open(t), newConsumer(), newStream("contract")
		try(t, "advance", c.Advance(t.Context(), consumer, stream, 0, 3))
		applied(t, c, newConsumer(), stream, 0)
		applied(t, c, consumer, stream+"é", 0)
		try(t, "advance in another stream", c.Advance(t.Context(), consumer, stream+"é", 0, 7))
		applied(t, c, consumer, stream, 3)
		applied(t, c, consumer, stream+"é", 7)
	})
	t.Run("a stale advance changes nothing", func(t *testing.T) {
		c, consumer, stream := open(t), newConsumer(), newStream("contract")
		fails(t, "advance from where it never was", c.Advance(t.Context(), consumer, stream, 2, 4), engine.ErrStale)
		try(t, "advance", c.Advance(t.Context(), consumer, stream, 0, 3))
		for _, was := range []uint64{0, 2, 4} {
			fails(t, "advance from where it is not", c.Advance(t.Context(), consumer, stream, was, 5), engine.ErrStale)
		}
		applied(t, c, consumer, stream, 3)
	})
	t.Run("of many who advance exactly one wins", func(t *testing.T) {
		c, consumer, stream := open(t), newConsumer(), newStream("contract")
		for version := range uint64(4) {
			won := 0
			for _, err := range together(t.Context(), 8, func(ctx context.Context, _ int) error {
				return c.Advance(ctx, consumer, stream, version, version+1)
			}) {
				if err == nil {
					won++
				} else {
					fails(t, "advance", err, engine.ErrStale)
				}
			}
			same(t, "the number of winners", won, 1)
		}
	})
}

// ParkingLot tests an [engine.ParkingLot].
func ParkingLot(t *testing.T, open func(t *testing.T) engine.ParkingLot) {
	parked := func(t *testing.T, lot engine.ParkingLot, own string) []engine.Parked {
		t.Helper()
		all, err := lot.Parked(t.Context())
		try(t, "list what is parked", err)
		return slices.DeleteFunc(all, func(p engine.Parked) bool { return !strings.HasPrefix(p.Consumer, own) })
	}
	note := func(consumer string, stream es.StreamID, version uint64) engine.Parked {
		return engine.Parked{Consumer: consumer, Stream: stream, Version: version, Error: unicode, Attempts: 5, Time: instant(int(version))}
	}
	t.Run("notes are listed by consumer and stream", func(t *testing.T) {
		lot, own := open(t), newConsumer()
		want := []engine.Parked{note(own, "a-1", 3), note(own, "a-2", 1), note(own, "a-é", 9), note(own+"-2", "a-1", 4)}
		for _, i := range []int{2, 0, 3, 1} {
			try(t, "park", lot.Park(t.Context(), want[i]))
		}
		same(t, "what is parked", parked(t, lot, own), want)
	})
	t.Run("a note takes the place of an earlier one", func(t *testing.T) {
		lot, own := open(t), newConsumer()
		for version := range uint64(3) {
			try(t, "park", lot.Park(t.Context(), note(own, "a-1", version+1)))
		}
		same(t, "what is parked", parked(t, lot, own), []engine.Parked{note(own, "a-1", 3)})
	})
	t.Run("a note keeps the times before at the same version", func(t *testing.T) {
		lot, own := open(t), newConsumer()
		var first, last engine.Parked
		for n := range 2 * engine.MostHistory {
			last = note(own, "a-1", 3)
			last.Error, last.Time = fmt.Sprintf("%s %d", unicode, n), instant(n)
			if n == 0 {
				first = last
			}
			try(t, "park", lot.Park(t.Context(), last))
		}
		all := parked(t, lot, own)
		same(t, "the number of notes", len(all), 1)
		history := all[0].History
		same(t, "the length of the history", len(history), engine.MostHistory)
		same(t, "the first failure", history[0], engine.Failed{Error: first.Error, Attempts: 5, Time: first.Time})
		same(t, "the last one before", history[len(history)-1].Time, instant(2*engine.MostHistory-2))
		all[0].History = nil
		same(t, "what is parked", all, []engine.Parked{last})

		try(t, "park at another version", lot.Park(t.Context(), note(own, "a-1", 4)))
		same(t, "what is parked", parked(t, lot, own), []engine.Parked{note(own, "a-1", 4)})
		try(t, "unpark", lot.Unpark(t.Context(), own, "a-1"))
		try(t, "park anew", lot.Park(t.Context(), note(own, "a-1", 4)))
		same(t, "what is parked", parked(t, lot, own), []engine.Parked{note(own, "a-1", 4)})
	})
	t.Run("a note can be removed, twice too", func(t *testing.T) {
		lot, own := open(t), newConsumer()
		try(t, "unpark what never was parked", lot.Unpark(t.Context(), own, "a-1"))
		try(t, "park", lot.Park(t.Context(), note(own, "a-1", 1)))
		try(t, "park", lot.Park(t.Context(), note(own, "a-2", 1)))
		try(t, "unpark", lot.Unpark(t.Context(), own, "a-1"))
		try(t, "unpark again", lot.Unpark(t.Context(), own, "a-1"))
		same(t, "what is parked", parked(t, lot, own), []engine.Parked{note(own, "a-2", 1)})
	})
}

// Traces tests an [engine.Traces].
func Traces(t *testing.T, open func(t *testing.T) engine.Traces) {
	trace := func(t *testing.T, traces engine.Traces, id string) []engine.Outcome {
		t.Helper()
		got, err := traces.Trace(t.Context(), id)
		try(t, "read a trace", err)
		return got
	}
	outcome := func(id string, stream es.StreamID, version uint64, ms int, what string) engine.Outcome {
		return engine.Outcome{Type: what, TraceID: id, AggregateID: stream, Version: version, Time: instant(ms)}
	}
	t.Run("an unknown trace has no outcomes", func(t *testing.T) {
		same(t, "the trace", trace(t, open(t), uuid.NewString()), nil)
	})
	t.Run("outcomes come by time and then version, with every field", func(t *testing.T) {
		traces, id := open(t), uuid.NewString()
		a, b := newStream("contract"), newStream("contract")
		want := []engine.Outcome{
			outcome(id, a, 1, 0, "Made"), outcome(id, a, 2, 0, "Changed"), outcome(id, b, 7, 5, "Changed"), outcome(id, a, 3, 9, "CommandRejected"),
		}
		want[1].Payload, want[1].Invoker, want[1].CausationID = event(t, unicode).Data, "someone é", "match-1@3"
		want[2].Payload, want[2].Schema = []byte(`{}`), 3
		try(t, "note", traces.Note(t.Context(), id, []engine.Outcome{want[3]}))
		try(t, "note", traces.Note(t.Context(), id, []engine.Outcome{want[2]}))
		try(t, "note", traces.Note(t.Context(), id, want[:2]))
		same(t, "the trace", trace(t, traces, id), want)
		same(t, "another trace", trace(t, traces, uuid.NewString()), nil)
	})
	t.Run("the same outcome twice is kept once", func(t *testing.T) {
		traces, id, stream := open(t), uuid.NewString(), newStream("contract")
		want := []engine.Outcome{outcome(id, stream, 1, 0, "Changed"), outcome(id, stream, 1, 1, "Made"), outcome(id, stream, 2, 2, "Made")}
		for i := range want {
			try(t, "note", traces.Note(t.Context(), id, want[:i+1]))
			try(t, "note again", traces.Note(t.Context(), id, want[i:i+1]))
		}
		same(t, "the trace", trace(t, traces, id), want)
	})
	t.Run("notes at the same time are all kept", func(t *testing.T) {
		traces, id := open(t), uuid.NewString()
		var want [30]engine.Outcome
		for i := range want {
			want[i] = outcome(id, es.NewStreamID("contract", fmt.Sprint(i)), 1, i, "Made")
		}
		for _, err := range together(t.Context(), 10, func(ctx context.Context, i int) error {
			return traces.Note(ctx, id, want[i*3:i*3+3])
		}) {
			try(t, "note", err)
		}
		same(t, "the trace", trace(t, traces, id), want[:])
	})
}
