package fold

import (
	"encoding/json"
	"testing"

	eh "github.com/looplab/eventhorizon"
	codec "github.com/looplab/eventhorizon/codec/json"
	"github.com/looplab/eventhorizon/uuid"

	"github.com/foldstream/foldstream/bench/horizon"
	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/es"
)

// events is how many events are folded in one go.
const events = 1000

// keep is where results go, so that the compiler cannot leave the work out.
var keep any

// BenchmarkFold measures the fold of events that are decoded already.
func BenchmarkFold(b *testing.B) {
	b.Run("by=foldstream", func(b *testing.B) {
		typed := make([]es.Event[score.Tally], events)
		for i := range typed {
			typed[i] = score.Sample(i)
		}
		var t score.Tally
		for b.Loop() {
			for _, e := range typed {
				t = e.Evolve(t)
			}
		}
		keep = t
		report(b)
	})
	b.Run("by=eventhorizon", func(b *testing.B) {
		typed := horizonEvents()
		g := horizon.NewGame(uuid.New())
		for b.Loop() {
			for _, e := range typed {
				if err := g.ApplyEvent(b.Context(), e); err != nil {
					b.Fatal(err)
				}
			}
		}
		report(b)
	})
}

// BenchmarkDecode measures JSON to event to state. Foldstream and encoding/json read an event's data; eventhorizon reads its
// whole envelope, as it has no other codec.
func BenchmarkDecode(b *testing.B) {
	b.Run("by=foldstream", decodeOurs)
	b.Run("by=encoding-json", decodeStandard)
	b.Run("by=eventhorizon", decodeHorizon)
}

func decodeOurs(b *testing.B) {
	commit := es.Commit{Stream: "game-1", Version: 1, Events: recorded(b)}
	b.ReportAllocs()
	for b.Loop() {
		state, err := score.Game.Fold(nil, commit)
		if err != nil {
			b.Fatal(err)
		}
		keep = state
	}
	report(b)
}

func decodeStandard(b *testing.B) {
	data := recorded(b)
	b.ReportAllocs()
	for b.Loop() {
		var t score.Tally
		for _, r := range data {
			var e score.Scored
			if err := json.Unmarshal(r.Data, &e); err != nil {
				b.Fatal(err)
			}
			t = e.Evolve(t)
		}
		keep = t
	}
	report(b)
}

func decodeHorizon(b *testing.B) {
	var c codec.EventCodec
	data := make([][]byte, events)
	for i, e := range horizonEvents() {
		var err error
		if data[i], err = c.MarshalEvent(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	g := horizon.NewGame(uuid.New())
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range data {
			e, _, err := c.UnmarshalEvent(b.Context(), text)
			if err != nil {
				b.Fatal(err)
			}
			if err := g.ApplyEvent(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b)
}

func recorded(b *testing.B) []es.Recorded {
	b.Helper()
	r, err := score.Record(0, events)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func horizonEvents() []eh.Event {
	id := uuid.New()
	typed := make([]eh.Event, events)
	for i := range typed {
		data := horizon.Sample(i)
		typed[i] = eh.NewEvent(horizon.ScoredType, data, data.At, eh.ForAggregate(horizon.GameType, id, i+1))
	}
	return typed
}

func report(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
}

func TestMain(m *testing.M) {
	horizon.Register()
	m.Run()
}
