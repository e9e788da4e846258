package contract

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Feed tests an [engine.Feed] beside the store whose commits it carries. What brings commits from the store to the feed
// runs from when open returns; the suite waits for it. Other commits may be in the feed.
func Feed(t *testing.T, open func(t *testing.T) (engine.EventStore, engine.Feed)) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.EventStore, engine.Feed)
	}{
		{"behind its end it gives nothing", feedEnd},
		{"its end is the position of its last commit", feedItsEnd},
		{"it carries every field of a commit", feedFields},
		{"a transaction's commits are all in it", feedTransaction},
		{"it can be read in pieces of any size", feedPieces},
		{"whoever follows it while others write misses nothing", feedFollow},
	} {
		t.Run(test.name, func(t *testing.T) {
			store, feed := open(t)
			test.run(t, store, feed)
		})
	}
}

// reader follows a feed from its end on.
type reader struct {
	feed     engine.Feed
	position uint64
	seen     map[es.StreamID][]es.Commit
}

// atEnd reads a feed until nothing more comes.
func atEnd(t *testing.T, feed engine.Feed) *reader {
	t.Helper()
	r := &reader{feed: feed, seen: map[es.StreamID][]es.Commit{}}
	for r.read(t, 1000) > 0 {
		clear(r.seen)
	}
	return r
}

// read takes one page and checks that positions count up without a gap.
func (r *reader) read(t *testing.T, limit int) int {
	t.Helper()
	page, err := r.feed.Read(t.Context(), r.position, limit)
	try(t, "read the feed", err)
	if len(page) > limit {
		t.Fatalf("read gave %d commits, the limit was %d", len(page), limit)
	}
	for _, p := range page {
		if p.Position != r.position+1 {
			t.Fatalf("behind position %d comes position %d", r.position, p.Position)
		}
		r.position++
		r.seen[p.Stream] = append(r.seen[p.Stream], p.Commit)
	}
	return len(page)
}

// until reads on until the streams are there, in pieces of limit.
func (r *reader) until(t *testing.T, limit int, streams map[es.StreamID][]es.Commit) {
	t.Helper()
	wait(t, "the commits reach the feed", func() bool {
		for r.read(t, limit) > 0 {
		}
		for stream, commits := range streams {
			if len(r.seen[stream]) < len(commits) {
				return false
			}
		}
		return true
	})
	for stream, commits := range streams {
		same(t, "the stream in the feed", r.seen[stream], commits)
	}
}

// wait asks again and again whether something has come about.
func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}

func feedEnd(t *testing.T, _ engine.EventStore, feed engine.Feed) {
	end := atEnd(t, feed)
	for _, after := range []uint64{end.position, end.position + 10} {
		page, err := feed.Read(t.Context(), after, 10)
		try(t, "read behind the end", err)
		if len(page) > 0 {
			t.Fatalf("behind its end are %d commits", len(page))
		}
	}
}

func feedItsEnd(t *testing.T, store engine.EventStore, feed engine.Feed) {
	r := atEnd(t, feed)
	end, err := feed.End(t.Context())
	try(t, "find the end", err)
	if end < r.position {
		t.Fatalf("the end is at %d, behind it is %d", end, r.position)
	}
	stream := newStream("contract")
	commits := chain(t, stream, 5)
	for _, c := range commits {
		save(t, store, draftOf(c))
	}
	r.until(t, 100, map[es.StreamID][]es.Commit{stream: commits})
	if end, err = feed.End(t.Context()); err != nil || end < r.position {
		t.Fatalf("the end is at %d, and there is a commit at %d; error %v", end, r.position, err)
	}
	page, err := feed.Read(t.Context(), end, 10)
	try(t, "read behind the end", err)
	if len(page) > 0 && page[0].Position != end+1 {
		t.Fatalf("behind the end, %d, comes %d", end, page[0].Position)
	}
}

func feedFields(t *testing.T, store engine.EventStore, feed engine.Feed) {
	r := atEnd(t, feed)
	d := draft(t, newStream("contract"), es.Head{}, 2)
	d.Events = append(d.Events, event(t, unicode), es.Recorded{Type: "Empty", Schema: 3, Data: []byte(`{}`)})
	d.Origin.CausationID, d.Origin.Invoker, d.Origin.Trace = "match-1@2", unicode, "Root=1-2-3"
	r.until(t, 100, map[es.StreamID][]es.Commit{d.Stream: save(t, store, d)})
}

func feedTransaction(t *testing.T, store engine.EventStore, feed engine.Feed) {
	r := atEnd(t, feed)
	var drafts []es.Draft
	for i := range 25 {
		drafts = append(drafts, draft(t, newStream("contract"), es.Head{}, i%2+1))
	}
	want := map[es.StreamID][]es.Commit{}
	for _, c := range save(t, store, drafts...) {
		want[c.Stream] = []es.Commit{c}
	}
	r.until(t, 100, want)
}

func feedPieces(t *testing.T, store engine.EventStore, feed engine.Feed) {
	r := atEnd(t, feed)
	begin := r.position
	stream := newStream("contract")
	commits := chain(t, stream, 9)
	for _, c := range commits {
		save(t, store, draftOf(c))
	}
	large := draftOfSize(t, stream, commits[8].Head(), engine.MaxCommitBytes)
	commits = append(commits, save(t, store, large)...)
	r.until(t, 100, map[es.StreamID][]es.Commit{stream: commits})
	for _, limit := range []int{1, 2, 4} {
		again := &reader{feed: feed, position: begin, seen: map[es.StreamID][]es.Commit{}}
		again.until(t, limit, map[es.StreamID][]es.Commit{stream: commits})
	}
}

func feedFollow(t *testing.T, store engine.EventStore, feed engine.Feed) {
	r := atEnd(t, feed)
	want := map[es.StreamID][]es.Commit{}
	var streams [8][]es.Commit
	for i := range streams {
		streams[i] = chain(t, newStream(fmt.Sprintf("contract%c", 'a'+i)), 10)
		want[streams[i][0].Stream] = streams[i]
	}
	written := make(chan []error, 1)
	go func() {
		written <- together(t.Context(), len(streams), func(ctx context.Context, i int) error {
			for _, c := range streams[i] {
				if err := appendPatiently(ctx, store, draftOf(c)); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	r.until(t, 3, want)
	for _, err := range <-written {
		try(t, "append", err)
	}
}
