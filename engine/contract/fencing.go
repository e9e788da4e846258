package contract

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Fencing tests that an [engine.EventStore] keeps out who has lost the lease of a stream, which has the stream's id for its
// name.
func Fencing(t *testing.T, open func(t *testing.T) (engine.EventStore, engine.Leases)) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.EventStore, engine.Leases)
	}{
		{"the token of the lease lets in", currentToken},
		{"without a token nothing is checked", withoutToken},
		{"a token of no lease stores nothing", inventedToken},
		{"a deposed writer stores nothing", deposed},
		{"a lease that nobody has taken since still lets in", releasedToken},
		{"a transaction with one deposed draft stores nothing", transactionDeposed},
		{"a conflict under the token is a conflict", fencedConflict},
		{"what a deposed writer has under way does not come later", deposedUnderWay},
	} {
		t.Run(test.name, func(t *testing.T) {
			store, leases := open(t)
			test.run(t, store, leases)
		})
	}
}

// takeOver acquires the lease of a stream that is free or was taken by an earlier round, and gives the token.
func takeOver(t *testing.T, leases engine.Leases, stream es.StreamID, round int) uint64 {
	t.Helper()
	return acquire(t, leases, string(stream), minute(round), minute(round+1))
}

// minute is a time of the suites of leases.
func minute(n int) time.Time { return instant(0).Add(time.Duration(n) * time.Minute) }

// fenced makes a draft of one event with a token.
func fenced(tb tester, stream es.StreamID, after es.Head, token uint64) es.Draft {
	tb.Helper()
	d := draft(tb, stream, after, 1)
	d.Token = token
	return d
}

func currentToken(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream := newStream("contract")
	var commits []es.Commit
	var head es.Head
	for round := range 3 {
		token := takeOver(t, leases, stream, round)
		for range 2 {
			commits = append(commits, save(t, store, fenced(t, stream, head, token))...)
			head = commits[len(commits)-1].Head()
		}
	}
	same(t, "the stream", load(t, store, stream, 0), commits)
}

func withoutToken(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream := newStream("contract")
	takeOver(t, leases, stream, 0)
	commits := save(t, store, draft(t, stream, es.Head{}, 2))
	same(t, "the stream", load(t, store, stream, 0), commits)
}

func inventedToken(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream, unleased := newStream("contract"), newStream("contract")
	token := takeOver(t, leases, stream, 0)
	fails(t, "append with a greater token", appendPatiently(t.Context(), store, fenced(t, stream, es.Head{}, token+1)), engine.ErrDeposed)
	fails(t, "append to a stream without a lease", appendPatiently(t.Context(), store, fenced(t, unleased, es.Head{}, token)), engine.ErrDeposed)
	for _, untouched := range []es.StreamID{stream, unleased} {
		same(t, "the stream", load(t, store, untouched, 0), nil)
	}
}

func deposed(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream := newStream("contract")
	old := takeOver(t, leases, stream, 0)
	commits := save(t, store, fenced(t, stream, es.Head{}, old))
	current := takeOver(t, leases, stream, 1)
	late := fenced(t, stream, commits[0].Head(), old)
	fails(t, "append with the older token", appendPatiently(t.Context(), store, late), engine.ErrDeposed)
	same(t, "the stream", load(t, store, stream, 0), commits)
	commits = append(commits, save(t, store, fenced(t, stream, commits[0].Head(), current))...)
	late.After = commits[1].Head()
	fails(t, "append with the older token where the stream is", appendPatiently(t.Context(), store, late), engine.ErrDeposed)
	try(t, "release", leases.Release(t.Context(), string(stream), current))
	fails(t, "append with the older token after a release", appendPatiently(t.Context(), store, late), engine.ErrDeposed)
	same(t, "the stream", load(t, store, stream, 0), commits)
}

func releasedToken(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream := newStream("contract")
	token := takeOver(t, leases, stream, 0)
	commits := save(t, store, fenced(t, stream, es.Head{}, token))
	try(t, "release", leases.Release(t.Context(), string(stream), token))
	commits = append(commits, save(t, store, fenced(t, stream, commits[0].Head(), token))...)
	same(t, "the stream", load(t, store, stream, 0), commits)
}

func transactionDeposed(t *testing.T, store engine.EventStore, leases engine.Leases) {
	for _, at := range []int{0, 2, 4} {
		var drafts []es.Draft
		for i := range 5 {
			d := draft(t, newStream("contract"), es.Head{}, 1)
			if i%2 == 0 {
				d.Token = takeOver(t, leases, d.Stream, 0)
			}
			drafts = append(drafts, d)
		}
		current := takeOver(t, leases, drafts[at].Stream, 1)
		fails(t, "append with one deposed", appendPatiently(t.Context(), store, drafts...), engine.ErrDeposed)
		for _, d := range drafts {
			same(t, "a stream of the transaction", load(t, store, d.Stream, 0), nil)
		}
		drafts[at].Token = current
		for _, c := range save(t, store, drafts...) {
			same(t, "a stream of the transaction", load(t, store, c.Stream, 0), []es.Commit{c})
		}
	}
}

func fencedConflict(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream := newStream("contract")
	token := takeOver(t, leases, stream, 0)
	first := save(t, store, draft(t, stream, es.Head{}, 2))[0]
	conflicts(t, appendPatiently(t.Context(), store, fenced(t, stream, es.Head{}, token)), stream, first)
	beside := fenced(t, newStream("contract"), es.Head{}, 0)
	conflicts(t, appendPatiently(t.Context(), store, beside, fenced(t, stream, es.Head{}, token)), stream, first)
	same(t, "the stream", load(t, store, stream, 0), []es.Commit{first})
	same(t, "the stream beside it", load(t, store, beside.Stream, 0), nil)
}

func deposedUnderWay(t *testing.T, store engine.EventStore, leases engine.Leases) {
	stream := newStream("contract")
	token := takeOver(t, leases, stream, 0)
	begun, ended := make(chan struct{}), make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	go func() {
		ended <- appendUntilDeposed(ctx, store, draftsOf(t, stream, token), begun)
	}()
	<-begun
	takeOver(t, leases, stream, 1)
	there := load(t, store, stream, 0)
	fails(t, "append again and again", <-ended, engine.ErrDeposed)
	same(t, "the stream after the lease was taken", load(t, store, stream, 0), there)
}

// draftsOf gives as many drafts as a writer can want, each behind the one before.
func draftsOf(tb tester, stream es.StreamID, token uint64) func() es.Draft {
	d := fenced(tb, stream, es.Head{}, token)
	var head es.Head
	return func() es.Draft {
		d.After = head
		head = d.Commit().Head()
		return d
	}
}

// appendUntilDeposed appends until that fails, and closes a channel after the first append, however it went.
func appendUntilDeposed(ctx context.Context, store engine.EventStore, next func() es.Draft, begun chan<- struct{}) error {
	err := appendPatiently(ctx, store, next())
	close(begun)
	for err == nil {
		err = appendPatiently(ctx, store, next())
	}
	var moved *engine.Conflict
	if errors.As(err, &moved) {
		return errors.New("a writer that is alone met a conflict")
	}
	return err
}
