package contract

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// model holds a store against streams in memory, under random appends and loads.
func model(t *testing.T, store engine.EventStore, steps int) {
	begun, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		// The budget ends the search, never the shrinking of what it found.
		if begun >= steps && !failed {
			return
		}
		defer func() { failed = failed || rt.Failed() }()
		m := modelled{store: store, streams: map[es.StreamID][]es.Commit{}}
		for range 4 {
			m.names = append(m.names, newStream("contract"))
		}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			begun++
			if rapid.IntRange(0, 3).Draw(rt, "what") == 0 {
				m.load(rt)
			} else {
				m.append(rt)
			}
		}
		for _, stream := range m.names {
			same(rt, "the stream in the end", load(rt, store, stream, 0), m.streams[stream])
		}
	})
}

type modelled struct {
	store   engine.EventStore
	names   []es.StreamID
	streams map[es.StreamID][]es.Commit
}

func (m *modelled) load(rt *rapid.T) {
	stream := rapid.SampledFrom(m.names).Draw(rt, "stream")
	after := rapid.Uint64Range(0, 20).Draw(rt, "after")
	var want []es.Commit
	for _, c := range m.streams[stream] {
		if c.Version > after {
			want = append(want, c)
		}
	}
	same(rt, "the loaded commits", load(rt, m.store, stream, after), want)
}

func (m *modelled) append(rt *rapid.T) {
	n := rapid.SampledFrom([]int{1, 1, 1, 2, len(m.names)}).Draw(rt, "streams")
	order := rapid.Permutation(m.names).Draw(rt, "order")
	var drafts []es.Draft
	var conflicting []es.StreamID
	for _, stream := range order[:n] {
		heads := []es.Head{{}}
		for _, c := range m.streams[stream] {
			heads = append(heads, c.Head())
		}
		// Mostly where the stream is, now and then where it was.
		behind := min(len(heads)-1, rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2}).Draw(rt, "behind"))
		if behind > 0 {
			conflicting = append(conflicting, stream)
		}
		drafts = append(drafts, draft(rt, stream, heads[len(heads)-1-behind], rapid.IntRange(1, 4).Draw(rt, "events")))
	}
	err := appendPatiently(rt.Context(), m.store, drafts...)
	if len(conflicting) > 0 {
		m.checkConflict(rt, err, drafts, conflicting)
		return
	}
	if err != nil {
		rt.Fatalf("append to %d streams: %v", n, err)
	}
	for _, d := range drafts {
		m.streams[d.Stream] = append(m.streams[d.Stream], d.Commit())
	}
}

func (m *modelled) checkConflict(rt *rapid.T, err error, drafts []es.Draft, conflicting []es.StreamID) {
	var conflict *engine.Conflict
	if !errors.As(err, &conflict) || !slices.Contains(conflicting, conflict.Stream) {
		rt.Fatalf("append behind the times: got error %v, want a conflict on one of %v", err, conflicting)
	}
	for _, d := range drafts {
		for _, c := range m.streams[d.Stream] {
			if d.Stream == conflict.Stream && c.Version == d.After.Version()+1 {
				conflicts(rt, err, d.Stream, c)
			}
		}
	}
}
