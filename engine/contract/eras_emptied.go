package contract

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func erasOf(t *testing.T, store Closable, stream es.StreamID) []engine.Era {
	t.Helper()
	eras, err := store.Eras(t.Context(), stream)
	try(t, "read the eras", err)
	return eras
}

func empty(t *testing.T, store Closable, stream es.StreamID, e engine.Era) {
	t.Helper()
	fedUpTo(t, store, stream, e.Last)
	try(t, "empty an era", patiently(func() error { return store.Empty(t.Context(), stream, e, "a copy") }))
}

// fedUpTo waits for a version to be in the feed.
func fedUpTo(t *testing.T, store Closable, stream es.StreamID, version uint64) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		last, err := store.Fed(t.Context(), stream)
		try(t, "ask how far the stream is in the feed", err)
		if last >= version {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s is in the feed up to version %d, want %d", stream, last, version)
		}
	}
}

func erasListed(t *testing.T, store Closable) {
	same(t, "the eras of an empty stream", erasOf(t, store, newStream("contract")), nil)
	open, _ := closed(t, store, 1, 2)
	same(t, "the eras of one that was never closed", erasOf(t, store, open), nil)
	stream, all := closed(t, store, 3, 2)
	want := []engine.Era{
		{Number: 0, First: 1, Last: all[2].Version, Closed: longAgo},
		{Number: 1, First: all[3].Version, Last: all[6].Version, Closed: longAgo},
	}
	same(t, "the eras", erasOf(t, store, stream), want)
	empty(t, store, stream, want[0])
	want[0].Archived, want[0].Emptied = "a copy", true
	same(t, "the eras", erasOf(t, store, stream), want)
	fedUpTo(t, store, stream, all[len(all)-1].Last())
}

// hollowed is how the feed shows commits of which all behind one place have their events.
func hollowed(commits []es.Commit, until int) []es.Commit {
	shown := slices.Clone(commits)
	for i, c := range shown[:until] {
		if !c.Closes() {
			shown[i] = es.Commit{Stream: c.Stream, Version: c.Version, Era: c.Era}
		}
	}
	return shown
}

// inFeed reads a stream's commits in the feed, of those without events what all stores know.
func inFeed(t *testing.T, store Closable, stream es.StreamID) []es.Commit {
	t.Helper()
	var found []es.Commit
	for c, err := range engine.CatchUp(t.Context(), store, 0) {
		try(t, "read the feed", err)
		switch {
		case c.Stream != stream:
		case len(c.Events) == 0:
			found = append(found, es.Commit{Stream: c.Stream, Version: c.Version, Era: c.Era})
		default:
			found = append(found, c.Commit)
		}
	}
	return found
}

func erasEmptied(t *testing.T, store Closable) {
	stream, all := closed(t, store, 4, 3)
	fedUpTo(t, store, stream, all[len(all)-1].Last())
	same(t, "the feed", inFeed(t, store, stream), all)
	for n, e := range erasOf(t, store, stream) {
		empty(t, store, stream, e)
		begins := slices.IndexFunc(all, func(c es.Commit) bool { return c.Era == n+1 })
		for _, after := range []uint64{0, 2, e.First, e.Last - 2, e.Last - 1, e.Last, e.Last + 1} {
			var got []es.Commit
			for _, c := range load(t, store, stream, after) {
				if c.Era > n { // tombstones of archived eras may be there or not
					got = append(got, c)
				}
			}
			want := slices.DeleteFunc(slices.Clone(all[begins:]), func(c es.Commit) bool { return c.Version <= after })
			same(t, "what is left of the stream", got, want)
		}
		same(t, "the feed", inFeed(t, store, stream), hollowed(all, begins))
		same(t, "the tail", tailOf(t, store, stream, 1), all[len(all)-1:])
	}
	next := save(t, store, draft(t, stream, all[len(all)-1].Head(), 1))
	same(t, "the end of the stream", load(t, store, stream, all[len(all)-1].Last()), next)
}

func erasEmptiedConflict(t *testing.T, store Closable) {
	stream, all := closed(t, store, 3, 2)
	for _, e := range erasOf(t, store, stream) {
		empty(t, store, stream, e)
	}
	for _, c := range all[2:4] { // the tombstone, and what the next era began with
		if c.Era > 0 {
			continue
		}
		conflicts(t, appendPatiently(t.Context(), store, draft(t, stream, c.Draft().After, 1)), stream, c)
	}
	late := closing(t, stream, all[len(all)-2].Draft().After)
	conflicts(t, appendPatiently(t.Context(), store, late...), stream)
	fedUpTo(t, store, stream, all[len(all)-1].Last())
}

func erasEmptiedAgain(t *testing.T, store Closable) {
	stream, all := closed(t, store, 2, 40)
	e := erasOf(t, store, stream)[0]
	fedUpTo(t, store, stream, all[len(all)-1].Last())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Empty(ctx, stream, e, "a copy"); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v, want %v", err, context.Canceled)
	}
	for range 2 {
		empty(t, store, stream, e)
		begins := slices.IndexFunc(all, func(c es.Commit) bool { return c.Era == 1 })
		same(t, "the feed", inFeed(t, store, stream), hollowed(all, begins))
	}
}
