package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// patience bounds the wait for what happens by itself, such as a commit's way through a relay.
const patience = 30 * time.Second

// unicode is text that adapters have been seen to spoil.
const unicode = "Zoë 🂡 “quoted” \\ / <&> \u2028 \u0001 e\u0301 é 日本語 👩‍👩‍👧 \U0010FFFF ' OR 1=1 --"

// tester is what the suites need of a test, whether it is a [testing.T] or one of rapid's.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Context() context.Context
}

// newStream gives a stream id that nobody has used.
func newStream(category string) es.StreamID {
	return es.NewStreamID(category, uuid.NewString())
}

// newConsumer gives a consumer name that nobody has used.
func newConsumer() string { return "consumer-" + uuid.NewString() }

// instant is a time as adapters must keep it: to the millisecond.
func instant(n int) time.Time {
	return time.Date(2031, time.March, 4, 5, 6, 7, 89_000_000, time.UTC).Add(time.Duration(n) * time.Millisecond)
}

// event makes an event with some text in its data.
func event(tb tester, text string) es.Recorded {
	tb.Helper()
	data, err := es.Encode(map[string]string{"text": text})
	if err != nil {
		tb.Fatalf("encode an event: %v", err)
	}
	return es.Recorded{Type: "Happened", Data: data}
}

// draft makes a commit of n small events.
func draft(tb tester, stream es.StreamID, after es.Head, n int) es.Draft {
	tb.Helper()
	d := es.Draft{Stream: stream, After: after, Origin: es.Origin{
		CommandID: uuid.NewString(), TraceID: uuid.NewString(), Time: instant(int(after.Version())),
	}}
	for i := range n {
		d.Events = append(d.Events, event(tb, fmt.Sprintf("%d of %d", i+1, n)))
	}
	return d
}

// draftOfSize makes a commit that takes exactly so many bytes as JSON.
func draftOfSize(tb tester, stream es.StreamID, after es.Head, bytes int) es.Draft {
	tb.Helper()
	d := draft(tb, stream, after, 1)
	d.Events[0] = event(tb, "")
	empty, err := es.Encode(d.Commit())
	if err != nil {
		tb.Fatalf("encode a commit: %v", err)
	}
	d.Events[0] = event(tb, strings.Repeat("x", bytes-len(empty)))
	return d
}

// chain makes commits that follow each other in one stream, of 1, 2, 3, 1, 2, 3 … events.
func chain(tb tester, stream es.StreamID, n int) []es.Commit {
	tb.Helper()
	var commits []es.Commit
	var head es.Head
	for i := range n {
		c := draft(tb, stream, head, i%3+1).Commit()
		commits, head = append(commits, c), c.Head()
	}
	return commits
}

// save appends, tries again while the store is busy, and gives the commits.
func save(tb tester, store engine.EventStore, drafts ...es.Draft) []es.Commit {
	tb.Helper()
	if err := appendPatiently(tb.Context(), store, drafts...); err != nil {
		tb.Fatalf("append to %s: %v", drafts[0].Stream, err)
	}
	commits := make([]es.Commit, len(drafts))
	for i, d := range drafts {
		commits[i] = d.Commit()
	}
	return commits
}

func appendPatiently(ctx context.Context, store engine.EventStore, drafts ...es.Draft) error {
	return patiently(func() error { return store.Append(ctx, drafts...) })
}

// patiently tries again while the store is busy.
func patiently(call func() error) error {
	for begin := time.Now(); ; {
		err := call()
		if !errors.Is(err, engine.ErrBusy) || time.Since(begin) > patience {
			return err
		}
	}
}

// load reads a stream behind a version.
func load(tb tester, store engine.EventStore, stream es.StreamID, after uint64) []es.Commit {
	tb.Helper()
	var commits []es.Commit
	for c, err := range store.Load(tb.Context(), stream, after) {
		if err != nil {
			tb.Fatalf("load %s: %v", stream, err)
		}
		commits = append(commits, c)
	}
	return commits
}

// same fails the test when two values differ. No elements are the same, in a nil slice or in an empty one.
func same[T any](tb tester, what string, got, want T) {
	tb.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), wholeTexts); diff != "" {
		tb.Fatalf("%s is not as expected (-want +got):\n%s", what, diff)
	}
}

// conflicts fails the test unless the error is a conflict on the stream. It checks the commit that comes with it, if one does.
func conflicts(tb tester, err error, stream es.StreamID, inTheWay ...es.Commit) {
	tb.Helper()
	var conflict *engine.Conflict
	if !errors.As(err, &conflict) {
		tb.Fatalf("append to a stream that has moved on: got error %v, want a *engine.Conflict", err)
	}
	same(tb, "the stream of the conflict", conflict.Stream, stream)
	if len(conflict.Commit.Events) > 0 && len(inTheWay) > 0 {
		same(tb, "the commit that comes with the conflict", conflict.Commit, inTheWay[0])
	}
}

// wholeTexts compares JSON at once instead of byte by byte, which would take minutes.
var wholeTexts = cmp.FilterValues(
	func(a, b jsontext.Value) bool { return len(a)+len(b) > 0 },
	cmp.Comparer(func(a, b jsontext.Value) bool { return bytes.Equal(a, b) }),
)

// try fails the test at an error.
func try(tb tester, doing string, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%s: %v", doing, err)
	}
}

// fails makes sure that an error is the one that is expected.
func fails(tb tester, doing string, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Fatalf("%s: got error %v, want %v", doing, err, want)
	}
}
