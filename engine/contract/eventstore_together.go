package contract

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

const writers = 16

func transaction(t *testing.T, store engine.EventStore) {
	for _, n := range []int{2, 100} {
		heads := map[es.StreamID]es.Head{}
		var first, second []es.Draft
		for i := range n {
			d := draft(t, newStream("contract"), es.Head{}, i%3+1)
			first = append(first, d)
			heads[d.Stream] = d.Commit().Head()
		}
		commits := save(t, store, first...)
		for i, c := range commits {
			same(t, "a stream of the transaction", load(t, store, c.Stream, 0), commits[i:i+1])
		}
		for stream, head := range heads {
			second = append(second, draft(t, stream, head, 1))
		}
		for i, c := range save(t, store, second[:2]...) {
			same(t, "the stream's second commit", load(t, store, c.Stream, c.Version-1), []es.Commit{second[i].Commit()})
		}
	}
}

func transactionConflict(t *testing.T, store engine.EventStore) {
	taken := save(t, store, draft(t, newStream("contract"), es.Head{}, 2))[0]
	for _, at := range []int{0, 7, 99} {
		var drafts []es.Draft
		for range 100 {
			drafts = append(drafts, draft(t, newStream("contract"), es.Head{}, 1))
		}
		drafts[at] = draft(t, taken.Stream, es.Head{}, 1)
		conflicts(t, appendPatiently(t.Context(), store, drafts...), taken.Stream, taken)
		for i, d := range drafts {
			if i != at && i%10 == 0 {
				same(t, "a stream beside the conflict", load(t, store, d.Stream, 0), nil)
			}
		}
	}
	same(t, "the stream with the conflict", load(t, store, taken.Stream, 0), []es.Commit{taken})
}

func transactionRace(t *testing.T, store engine.EventStore) {
	for range 10 {
		contested := newStream("contract")
		var pairs [2][]es.Draft
		for i := range pairs {
			pairs[i] = []es.Draft{draft(t, newStream("contract"), es.Head{}, 1), draft(t, contested, es.Head{}, 1)}
		}
		errs := together(t.Context(), len(pairs), func(ctx context.Context, i int) error {
			return appendPatiently(ctx, store, pairs[i]...)
		})
		winner := onlyWinner(t, errs, contested)
		same(t, "the contested stream", load(t, store, contested, 0), []es.Commit{pairs[winner][1].Commit()})
		same(t, "the winner's own stream", load(t, store, pairs[winner][0].Stream, 0), []es.Commit{pairs[winner][0].Commit()})
		same(t, "the loser's own stream", load(t, store, pairs[1-winner][0].Stream, 0), nil)
	}
}

func race(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	var want []es.Commit
	var head es.Head
	for range 10 {
		var drafts [writers]es.Draft
		for i := range drafts {
			drafts[i] = draft(t, stream, head, i%4+1)
		}
		errs := together(t.Context(), writers, func(ctx context.Context, i int) error {
			return appendPatiently(ctx, store, drafts[i])
		})
		c := drafts[onlyWinner(t, errs, stream)].Commit()
		want, head = append(want, c), c.Head()
	}
	same(t, "the stream", load(t, store, stream, 0), want)
}

func contention(t *testing.T, store engine.EventStore) {
	stream := newStream("contract")
	const each = 3
	for _, err := range together(t.Context(), writers, func(ctx context.Context, i int) error {
		var head es.Head
		for n := range each {
			d := draft(t, stream, head, 1)
			d.Origin.CommandID = fmt.Sprintf("%d/%d", i, n)
			if err := insist(ctx, store, &d); err != nil {
				return err
			}
			head = d.Commit().Head()
		}
		return nil
	}) {
		try(t, "append until it succeeds", err)
	}
	var last uint64
	seen := map[string]bool{}
	for _, c := range load(t, store, stream, 0) {
		if c.Version != last+1 {
			t.Fatalf("behind version %d comes version %d", last, c.Version)
		}
		last = c.Last()
		seen[c.CommandID] = true
	}
	if len(seen) != writers*each {
		t.Fatalf("the stream holds commits of %d commands, want %d", len(seen), writers*each)
	}
}

// insist appends a draft wherever its stream has got to.
func insist(ctx context.Context, store engine.EventStore, d *es.Draft) error {
	for {
		var moved *engine.Conflict
		if err := appendPatiently(ctx, store, *d); !errors.As(err, &moved) {
			return err
		}
		for c, err := range store.Load(ctx, d.Stream, d.After.Version()) {
			if err != nil {
				return err
			}
			d.After = c.Head()
		}
	}
}

// together calls a function n times at once and gives its errors.
func together(ctx context.Context, n int, call func(ctx context.Context, i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			<-start
			errs[i] = call(ctx, i)
		})
	}
	close(start)
	running.Wait()
	return errs
}

// onlyWinner gives the index of the one call that succeeded. The others must have met a conflict on the stream.
func onlyWinner(t *testing.T, errs []error, stream es.StreamID) int {
	t.Helper()
	winner := -1
	for i, err := range errs {
		switch {
		case err != nil:
			conflicts(t, err, stream)
		case winner >= 0:
			t.Fatalf("both %d and %d have won", winner, i)
		default:
			winner = i
		}
	}
	if winner < 0 {
		t.Fatal("nobody has won")
	}
	return winner
}
