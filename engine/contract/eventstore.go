package contract

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Option fits a suite to an adapter.
type Option func(*settings)

type settings struct {
	steps       int
	trustsHeads bool
}

// Steps sets how many appends the longest subtests make; 3,000 unless set. Adapters that talk to a slow engine take less, but not
// less than 100.
func Steps(n int) Option { return func(s *settings) { s.steps = n } }

// TrustsHeads is for a store that cannot tell a [es.Head] of no commit of its own from a good one without paying for another
// read at every append.
func TrustsHeads() Option { return func(s *settings) { s.trustsHeads = true } }

// EventStore tests an [engine.EventStore].
func EventStore(t *testing.T, open func(t *testing.T) engine.EventStore, options ...Option) {
	s := settings{steps: 3000}
	for _, option := range options {
		option(&s)
	}
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.EventStore)
	}{
		{"a stream that nobody wrote to is empty", emptyStream},
		{"every field of a commit comes back", roundTrip},
		{"a commit of many events comes back whole", manyEvents},
		{"ids of any characters are kept apart", oddIDs},
		{"load begins behind a version", loadAfter},
		{"load may be left early and appended under", loadLeftEarly},
		{"the tail of a stream that nobody wrote to is empty", emptyTail},
		{"the tail is the last commits in order", tail},
		{"the tail shows what was appended just now", tailFresh},
		{"the tail of large commits holds the last ones", tailLarge},
		{"a conflict leaves the stream as it was", conflict},
		{"a conflict comes however far the stream has moved on", conflictFarBehind},
		{"a commit too large is refused before anything is stored", tooLarge},
		{"nothing happens after the context has ended", cancelled},
		{"a transaction over many streams is there as a whole", transaction},
		{"a transaction with one conflict stores nothing", transactionConflict},
		{"of two transactions on one stream exactly one wins", transactionRace},
		{"mend: of many writers exactly one wins each version", race},
		{"writers who try again all get in", contention},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
	t.Run("a place that is no commit's end makes no gap and no overlap", func(t *testing.T) {
		if s.trustsHeads {
			t.Skip("this store trusts the place that it is given")
		}
		strangeHeads(t, open(t))
	})
	t.Run("mend: a long stream comes back whole", func(t *testing.T) { longStream(t, open(t), s.steps) })
	t.Run("it behaves like its model", func(t *testing.T) { model(t, open(t), s.steps/3) })
}

func emptyStream(t *testing.T, store engine.EventStore) {
	if commits := load(t, store, newStream("contract"), 0); len(commits) > 0 {
		t.Fatalf("it has %d commits", len(commits))
	}
}

func roundTrip(t *testing.T, store engine.EventStore) {
	full := draft(t, newStream("contract"), es.Head{}, 0)
	full.Events = []es.Recorded{
		{Type: "Empty", Data: []byte(`{}`)},
		{Type: "Upgraded", Schema: 7, Data: []byte(`{"n":12345678901234567890,"f":1.5e-7,"nested":[{"a":[]},null,true]}`)},
		event(t, unicode),
	}
	full.Origin.CausationID = "match-1@17"
	full.Origin.Invoker = "user " + unicode
	full.Origin.Trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
	bare := draft(t, newStream("contract"), es.Head{}, 1)
	for _, d := range []es.Draft{full, bare} {
		want := save(t, store, d)
		same(t, "what was appended", load(t, store, d.Stream, 0), want)
	}
}

func manyEvents(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 500))
	second := save(t, store, draft(t, stream, first[0].Head(), 2))
	same(t, "the stream", load(t, store, stream, 0), append(first, second...))
}

func oddIDs(t *testing.T, store engine.EventStore) {
	var streams []es.StreamID
	own := newStream("contract")
	for _, id := range []string{
		"", "a", "A", " ", "#", "/", "../..", "%2F", "a#1", "a@1", "'\"`", "é", "e\u0301", "日本語", "🂡", "-", "--", "\n", "a\tb", "null", "0",
	} {
		streams = append(streams, own+es.StreamID(id))
	}
	// The longest that an id may be, in bytes.
	streams = append(streams, own+es.StreamID(strings.Repeat("🂡", 38)+"éx"), own+es.StreamID(strings.Repeat("x", 200-len(own))))
	for i, stream := range streams {
		save(t, store, draft(t, stream, es.Head{}, i+1))
	}
	for i, stream := range streams {
		commits := load(t, store, stream, 0)
		if len(commits) != 1 || commits[0].Stream != stream || len(commits[0].Events) != i+1 {
			t.Fatalf("stream %q does not hold what was appended to it", stream)
		}
	}
}

func loadAfter(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	var all []es.Commit
	var head es.Head
	for range 4 {
		all = append(all, save(t, store, draft(t, stream, head, 3))...)
		head = all[len(all)-1].Head()
	}
	for after, want := range map[uint64][]es.Commit{0: all, 1: all[1:], 2: all[1:], 3: all[1:], 6: all[2:], 9: all[3:], 10: nil, 12: nil, 99: nil} {
		same(t, "the rest of the stream", load(t, store, stream, after), want)
	}
}

func loadLeftEarly(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 1))[0]
	second := save(t, store, draft(t, stream, first.Head(), 1))[0]
	for c, err := range store.Load(t.Context(), stream, 0) {
		try(t, "load", err)
		same(t, "the first commit", c, first)
		save(t, store, draft(t, stream, second.Head(), 1))
		break
	}
	if got := len(load(t, store, stream, 0)); got != 3 {
		t.Fatalf("the stream has %d commits, want 3", got)
	}
}

func conflict(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 2))[0]
	conflicts(t, appendPatiently(t.Context(), store, draft(t, stream, es.Head{}, 1)), stream, first)
	same(t, "the stream", load(t, store, stream, 0), []es.Commit{first})
	second := save(t, store, draft(t, stream, first.Head(), 1))[0]
	same(t, "the stream", load(t, store, stream, 0), []es.Commit{first, second})
}

func conflictFarBehind(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	commits := chain(t, stream, 6)
	for _, c := range commits {
		save(t, store, draftOf(c))
	}
	for i, c := range commits {
		late := draftOf(c)
		late.Origin.CommandID = "late"
		conflicts(t, appendPatiently(t.Context(), store, late), stream, commits[i])
	}
	same(t, "the stream", load(t, store, stream, 0), commits)
}

// draftOf gives the draft that a commit of [chain] was made of.
func draftOf(c es.Commit) es.Draft {
	return es.Draft{Stream: c.Stream, After: headAt(c.Version - 1), Events: c.Events, Origin: c.Origin}
}

// headAt makes a place that need not be a commit's end.
func headAt(version uint64) es.Head {
	if version == 0 {
		return es.Head{}
	}
	return es.Commit{Version: version, Events: make([]es.Recorded, 1)}.Head()
}

func strangeHeads(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 3))
	for _, version := range []uint64{1, 2, 4, 5, 1000} {
		conflicts(t, appendPatiently(t.Context(), store, draft(t, stream, headAt(version), 1)), stream)
	}
	same(t, "the stream", load(t, store, stream, 0), first)
	unknown := newStream("contract")
	conflicts(t, appendPatiently(t.Context(), store, draft(t, unknown, headAt(3), 1)), unknown)
	same(t, "the stream", load(t, store, unknown, 0), nil)
}

func tooLarge(t *testing.T, store engine.EventStore) {
	stream, other := newStream("contract"), newStream("contract")
	large := draftOfSize(t, stream, es.Head{}, engine.MaxCommitBytes+1)
	fails(t, "append one byte too many", store.Append(t.Context(), large), engine.ErrTooLarge)
	fails(t, "append it with another", store.Append(t.Context(), draft(t, other, es.Head{}, 1), large), engine.ErrTooLarge)
	same(t, "the stream", load(t, store, stream, 0), nil)
	same(t, "the other stream", load(t, store, other, 0), nil)
	largest := save(t, store, draftOfSize(t, stream, es.Head{}, engine.MaxCommitBytes))
	same(t, "the stream", load(t, store, stream, 0), largest)
}

func cancelled(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 { // what is left to chance shows itself
		fails(t, "append", store.Append(ctx, draft(t, stream, first[0].Head(), 1)), context.Canceled)
		var failed error
		for _, err := range store.Load(ctx, stream, 0) {
			failed = errors.Join(failed, err)
		}
		fails(t, "load", failed, context.Canceled)
		_, err := store.Tail(ctx, stream, 1)
		fails(t, "read the tail", err, context.Canceled)
	}
	same(t, "the stream", load(t, store, stream, 0), first)
}

func longStream(t *testing.T, store engine.EventStore, n int) {
	stream := newStream("contract")
	size := max(500, 3<<20/n)
	var all []es.Commit
	var head es.Head
	for range n {
		c := save(t, store, draftOfSize(t, stream, head, size))[0]
		all, head = append(all, c), c.Head()
	}
	got := load(t, store, stream, 0)
	if len(got) != n {
		t.Fatalf("it has %d commits, want %d", len(got), n)
	}
	same(t, "the stream", got, all)
	same(t, "its second half", load(t, store, stream, uint64(n/2)), all[n/2:])
}
