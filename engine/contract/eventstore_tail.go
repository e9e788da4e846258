package contract

import (
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// tailOf reads the last n commits of a stream.
func tailOf(t *testing.T, store engine.EventStore, stream es.StreamID, n int) []es.Commit {
	t.Helper()
	commits, err := store.Tail(t.Context(), stream, n)
	try(t, "read a tail", err)
	return commits
}

func emptyTail(t *testing.T, store engine.EventStore) {
	for _, n := range []int{1, 100} {
		same(t, "the tail", tailOf(t, store, newStream("contract"), n), nil)
	}
}

func tail(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	commits := chain(t, stream, 12)
	for _, c := range commits {
		save(t, store, draftOf(c))
		save(t, store, draft(t, stream+es.StreamID(fmt.Sprint(c.Version)), es.Head{}, 1)) // of a stream beside it
	}
	for _, n := range []int{1, 2, 7, 11, 12, 13, 1000} {
		same(t, fmt.Sprintf("the tail of %d", n), tailOf(t, store, stream, n), commits[max(0, len(commits)-n):])
	}
}

func tailFresh(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	var head es.Head
	for range 15 {
		c := save(t, store, draft(t, stream, head, 1))
		same(t, "the tail right after an append", tailOf(t, store, stream, 1), c)
		head = c[0].Head()
	}
}

func tailLarge(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	var commits []es.Commit
	var head es.Head
	for range 7 { // more than 1 MB
		c := save(t, store, draftOfSize(t, stream, head, engine.MaxCommitBytes))
		commits, head = append(commits, c...), c[0].Head()
	}
	for n := range len(commits) {
		got := tailOf(t, store, stream, n+1)
		if len(got) == 0 || len(got) > n+1 {
			t.Fatalf("the tail of %d large commits has %d", n+1, len(got))
		}
		same(t, "the tail", got, commits[len(commits)-len(got):])
	}
}
