package dynamo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// stream makes the name of a stream that nobody has used.
func stream(category string) es.StreamID { return es.NewStreamID(category, uuid.NewString()) }

// instant is when all commits are made.
var instant = time.Date(2031, 3, 4, 5, 6, 7, 89e6, time.UTC)

// draft makes a commit of some events.
func draft(stream es.StreamID, after es.Head, events int) es.Draft {
	d := es.Draft{Stream: stream, After: after, Origin: es.Origin{
		CommandID: uuid.NewString(), TraceID: uuid.NewString(), Time: instant,
	}}
	for range events {
		d.Events = append(d.Events, es.Recorded{Type: "Happened", Data: []byte(`{}`)})
	}
	return d
}

// fenced puts a draft under a token.
func fenced(d es.Draft, token uint64) es.Draft {
	d.Token = token
	return d
}

// chain makes n commits of a stream, which are not stored yet.
func chain(stream es.StreamID, n int) []es.Draft {
	var drafts []es.Draft
	var head es.Head
	for i := range n {
		d := draft(stream, head, i%3+1)
		drafts, head = append(drafts, d), d.Commit().Head()
	}
	return drafts
}

// store appends drafts one by one and gives their commits.
func store(t *testing.T, to *dynamo.EventStore, drafts ...es.Draft) []es.Commit {
	t.Helper()
	var commits []es.Commit
	for _, d := range drafts {
		if err := to.Append(t.Context(), d); err != nil {
			t.Fatalf("append to %s: %v", d.Stream, err)
		}
		commits = append(commits, d.Commit())
	}
	return commits
}

// read gives all commits of a feed behind a position.
func read(t *testing.T, feed engine.Feed, after uint64, limit int) []es.Commit {
	t.Helper()
	var commits []es.Commit
	for {
		page, err := feed.Read(t.Context(), after, limit)
		if err != nil {
			t.Fatalf("read the feed: %v", err)
		}
		if len(page) == 0 {
			return commits
		}
		for _, p := range page {
			if p.Position != after+1 {
				t.Fatalf("behind position %d comes %d", after, p.Position)
			}
			commits = append(commits, p.Commit)
			after++
		}
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
