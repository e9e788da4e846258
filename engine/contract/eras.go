package contract

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Closable is a store whose streams can be closed.
type Closable struct {
	engine.EventStore
	engine.Feed
	engine.Books
}

// Eras tests what a store does with streams that are closed.
func Eras(t *testing.T, open func(t *testing.T) Closable) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Closable)
	}{
		{"a closed stream goes on in its next era", erasGoOn},
		{"load begins behind a version of any era", erasLoadAfter},
		{"the tail is that of the last era", erasTail},
		{"who appends behind a tombstone meets it", erasConflict},
		{"who appends into an era that is not there yet is refused", erasNotYet},
		{"of two who close at once one wins", erasTwoClosers},
		{"writers go on while the stream is closed again and again", erasWriters},
		{"closing is one transaction with the rest", erasTogether},
		{"eras are listed with their versions", erasListed},
		{"emptied eras are left out, and hollow in the feed", erasEmptied},
		{"emptied eras leave their place to nobody", erasEmptiedConflict},
		{"emptying may be broken off and done again", erasEmptiedAgain},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// longAgo is when streams are closed here: an era that is young may not be emptied.
var longAgo = time.Date(2020, time.January, 2, 3, 4, 5, 0, time.UTC)

// closing makes the two drafts that close a stream.
func closing(tb tester, stream es.StreamID, at es.Head) []es.Draft {
	tb.Helper()
	origin := es.Origin{CommandID: uuid.NewString(), TraceID: uuid.NewString(), Time: longAgo}
	drafts, err := es.Closing(stream, at, []byte{1, 2, 3}, []es.Recorded{event(tb, "carried over")}, origin)
	if err != nil {
		tb.Fatalf("make a closing: %v", err)
	}
	return drafts
}

// closed makes a stream of so many eras of some commits, and gives its commits.
func closed(t *testing.T, store Closable, eras, commits int) (es.StreamID, []es.Commit) {
	t.Helper()
	stream := newStream("contract")
	var all []es.Commit
	var head es.Head
	for era := range eras {
		for range commits {
			c := save(t, store, draft(t, stream, head, len(all)%3+1))[0]
			all, head = append(all, c), c.Head()
		}
		if era+1 < eras {
			all = append(all, save(t, store, closing(t, stream, head)...)...)
			head = all[len(all)-1].Head()
		}
	}
	return stream, all
}

func erasGoOn(t *testing.T, store Closable) {
	stream, all := closed(t, store, 3, 2)
	same(t, "the stream", load(t, store, stream, 0), all)
	var eras []int
	version := uint64(0)
	for _, c := range load(t, store, stream, 0) {
		if c.Version != version+1 {
			t.Fatalf("behind version %d comes %d", version, c.Version)
		}
		eras, version = append(eras, c.Era), c.Last()
	}
	same(t, "the eras of the commits", eras, []int{0, 0, 0, 1, 1, 1, 1, 2, 2, 2})
}

func erasLoadAfter(t *testing.T, store Closable) {
	stream, all := closed(t, store, 4, 2)
	for after := range all[len(all)-1].Last() + 2 {
		want := all
		for len(want) > 0 && want[0].Version <= after {
			want = want[1:]
		}
		same(t, fmt.Sprintf("the stream behind version %d", after), load(t, store, stream, after), want)
	}
}

func erasTail(t *testing.T, store Closable) {
	stream, all := closed(t, store, 3, 3)
	last := all[len(all)-4:] // what the era begins with, and three
	for _, n := range []int{1, 2, 4, 5, 100} {
		same(t, fmt.Sprintf("the tail of %d", n), tailOf(t, store, stream, n), last[max(0, len(last)-n):])
	}
}

func erasConflict(t *testing.T, store Closable) {
	stream, all := closed(t, store, 3, 2)
	for i, c := range all {
		late := draft(t, stream, c.Draft().After, 1)
		conflicts(t, appendPatiently(t.Context(), store, late), stream, c)
		conflicts(t, appendPatiently(t.Context(), store, closing(t, stream, c.Draft().After)...), stream, all[i])
	}
	same(t, "the stream", load(t, store, stream, 0), all)
	same(t, "the next one", save(t, store, draft(t, stream, all[len(all)-1].Head(), 1))[0].Era, 2)
}

func erasNotYet(t *testing.T, store Closable) {
	stream := newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 1))[0]
	drafts := closing(t, stream, first.Head())
	drafts[1], drafts[0] = drafts[0], drafts[1]
	if err := store.Append(t.Context(), drafts...); err == nil {
		t.Fatal("it took them the wrong way round")
	}
	same(t, "the stream", load(t, store, stream, 0), []es.Commit{first})
}

func erasTwoClosers(t *testing.T, store Closable) {
	for range 5 {
		stream := newStream("contract")
		first := save(t, store, draft(t, stream, es.Head{}, 1))[0]
		var both [2][]es.Draft
		for i := range both {
			both[i] = closing(t, stream, first.Head())
		}
		errs := together(t.Context(), len(both), func(ctx context.Context, i int) error {
			return appendPatiently(ctx, store, both[i]...)
		})
		won := both[onlyWinner(t, errs, stream)]
		same(t, "the stream", load(t, store, stream, 0), []es.Commit{first, won[0].Commit(), won[1].Commit()})
	}
}

func erasWriters(t *testing.T, store Closable) {
	stream := newStream("contract")
	save(t, store, draft(t, stream, es.Head{}, 1))
	const each, closings = 5, 4
	for _, err := range together(t.Context(), writers+1, func(ctx context.Context, i int) error {
		if i == writers {
			return closeAgain(ctx, t, store, stream, closings)
		}
		for n := range each {
			d := draft(t, stream, es.Head{}, 1)
			d.Origin.CommandID = fmt.Sprintf("%d/%d", i, n)
			if err := insist(ctx, store, &d); err != nil {
				return err
			}
		}
		return nil
	}) {
		try(t, "append until it succeeds", err)
	}
	last, eras, seen := uint64(0), 0, map[string]int{}
	for _, c := range load(t, store, stream, 0) {
		if c.Version != last+1 || c.Era != eras {
			t.Fatalf("behind version %d of era %d comes version %d of era %d", last, eras, c.Version, c.Era)
		}
		if c.Closes() {
			eras++
		} else if !c.BeginsEra() {
			seen[c.CommandID]++
		}
		last = c.Last()
	}
	for id, times := range seen {
		if times != 1 {
			t.Fatalf("the commit of %s is there %d times", id, times)
		}
	}
	same(t, "the number of commits", len(seen), writers*each+1)
	same(t, "the number of closings", eras, closings)
}

// closeAgain closes a stream so many times, wherever it has got to.
func closeAgain(ctx context.Context, tb tester, store Closable, stream es.StreamID, times int) error {
	for done := 0; done < times; {
		tail, err := store.Tail(ctx, stream, 1)
		if err != nil {
			return err
		}
		var moved *engine.Conflict
		switch err := appendPatiently(ctx, store, closing(tb, stream, tail[0].Head())...); {
		case err == nil:
			done++
		case !errors.As(err, &moved):
			return err
		}
	}
	return nil
}

func erasTogether(t *testing.T, store Closable) {
	stream, taken := newStream("contract"), newStream("contract")
	first := save(t, store, draft(t, stream, es.Head{}, 1))[0]
	there := save(t, store, draft(t, taken, es.Head{}, 1))[0]
	drafts := append(closing(t, stream, first.Head()), draft(t, taken, es.Head{}, 1))
	conflicts(t, appendPatiently(t.Context(), store, drafts...), taken, there)
	same(t, "the stream", load(t, store, stream, 0), []es.Commit{first})
	drafts[2].After = there.Head()
	commits := save(t, store, drafts...)
	same(t, "the stream", load(t, store, stream, 0), append([]es.Commit{first}, commits[:2]...))
}
