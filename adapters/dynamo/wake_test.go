package dynamo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// listener is a publisher that takes wake-ups as one does who reads the feed: it looks what is there.
type listener struct {
	recorder
	feed  engine.Feed
	t     *testing.T
	wakes []uint64 // their positions
}

func (l *listener) Publish(ctx context.Context, commits []es.Commit) error {
	if commits[0].Stream != engine.FeedStream {
		return l.recorder.Publish(ctx, commits)
	}
	l.t.Helper()
	same(l.t, "the number of wake-ups at once", len(commits), 1)
	same(l.t, "the wake-up", commits[0], engine.FeedAdvanced(commits[0].Version, commits[0].Time))
	if age := time.Since(commits[0].Time); age < 0 || age > time.Minute {
		l.t.Errorf("the wake-up is %v old", age)
	}
	same(l.t, "its position, by the feed", commits[0].Version, uint64(len(read(l.t, l.feed, 0, 1000))))
	if err := l.recorder.Publish(ctx, nil); err != nil {
		return err
	}
	l.wakes = append(l.wakes, commits[0].Version)
	return nil
}

// waking gives a relay that wakes a listener, with tables of the test's own.
func waking(t *testing.T) (setup, *dynamo.Relay, *listener) {
	t.Helper()
	quiet(t)
	set := create(t, emulator.MiniStack(t))
	l := &listener{feed: set.feed(), t: t}
	return set, &dynamo.Relay{Feed: set.feed(), Publisher: l, Wake: true}, l
}

func TestRelayWakesBehindTheFeed(t *testing.T) {
	set, relay, l := waking(t)
	commits := store(t, set.events(), chain(stream("match"), 3)...)
	same(t, "the failures", handle(t, relay, inserted(t, commits...)), nil)
	same(t, "the wake-ups", l.wakes, []uint64{3})
	same(t, "what else is published", l.published, commits)

	another := &dynamo.Relay{Feed: set.feed(), Publisher: discard{}}
	same(t, "the failures of another relay", handle(t, another, inserted(t, store(t, set.events(), chain(stream("match"), 4)...)...)), nil)
	more := store(t, set.events(), chain(stream("user"), 2)...)
	same(t, "the failures then", handle(t, relay, inserted(t, more...)), nil)
	same(t, "the wake-ups then", l.wakes, []uint64{3, 9})

	broken := inserted(t, store(t, set.events(), chain(stream("user"), 2)...)...)
	broken.Records[1].Change.NewImage["events"] = events.NewStringAttribute(`[{"type":`)
	same(t, "the failures of a batch that cannot be read to its end", handle(t, relay, broken), []string{"101"})
	same(t, "the wake-ups at last", l.wakes, []uint64{3, 9, 10})
	same(t, "the failures of nothing", handle(t, relay, events.DynamoDBEvent{}), nil)
	same(t, "the wake-ups after nothing", l.wakes, []uint64{3, 9, 10})
}

func TestRelayWakesAgain(t *testing.T) {
	set, relay, l := waking(t)
	commits := store(t, set.events(), chain(stream("match"), 3)...)
	l.failures = 1
	same(t, "the failures, as nothing can be published", handle(t, relay, inserted(t, commits...)), []string{"100"})
	same(t, "the feed", read(t, set.feed(), 0, 10), nil)

	// The commits are published and fed, and only the wake-up fails.
	failing := &failsToWake{to: l}
	relay.Publisher = failing
	same(t, "the failures, as nobody can be woken", handle(t, relay, inserted(t, commits...)), []string{"100"})
	same(t, "the feed", read(t, set.feed(), 0, 10), commits)
	same(t, "the wake-ups", l.wakes, nil)

	relay.Publisher = l
	same(t, "the failures then", handle(t, relay, inserted(t, commits...)), nil)
	same(t, "the feed", read(t, set.feed(), 0, 10), commits)
	same(t, "the wake-ups", l.wakes, []uint64{3})
}

// TestRelayWakesWithWhatAnotherFed hands commits to a warm relay after another one has fed them and could not say so.
func TestRelayWakesWithWhatAnotherFed(t *testing.T) {
	set, relay, l := waking(t)
	same(t, "the failures", handle(t, relay, inserted(t, store(t, set.events(), chain(stream("match"), 2)...)...)), nil)
	commits := store(t, set.events(), chain(stream("match"), 3)...)
	dies := &dynamo.Relay{Feed: set.feed(), Publisher: &failsToWake{to: l}, Wake: true}
	same(t, "the failures of one that dies", handle(t, dies, inserted(t, commits...)), []string{"100"})
	same(t, "the failures then", handle(t, relay, inserted(t, commits...)), nil)
	same(t, "the wake-ups", l.wakes, []uint64{2, 5})
}

// failsToWake publishes all but wake-ups.
type failsToWake struct{ to engine.Publisher }

func (f *failsToWake) Publish(ctx context.Context, commits []es.Commit) error {
	if commits[0].Stream == engine.FeedStream {
		return engine.ErrBusy
	}
	return f.to.Publish(ctx, commits)
}

// TestRelayReadsTheEndThatARefusalHides has a transaction refused because the commit is in the feed, while another relay
// moves the head: nothing says then where the end is.
func TestRelayReadsTheEndThatARefusalHides(t *testing.T) {
	quiet(t)
	c := draft("match-1", es.Head{}, 1).Commit()
	head := uint64(10)
	f, client := newFake(t, func(operation string, _ int, _ map[string]any) answer {
		if operation == "GetItem" {
			head += 10
			return answer{body: map[string]any{"Item": map[string]any{"last": n(head)}}}
		}
		known := reason("ConditionalCheckFailed")
		known["Item"] = map[string]any{"last": n(1)}
		return cancelled(reason("TransactionConflict"), reason("None"), known)
	})
	published := &recorder{}
	feed := &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
	relay := &dynamo.Relay{Feed: feed, Publisher: published, Wake: true}
	same(t, "the failures", handle(t, relay, inserted(t, c)), nil)
	same(t, "the calls", f.made(), "GetItem TransactWriteItems GetItem")
	same(t, "the wake-up's position", published.published[1].Version, 30)
}

func TestRelayDoesNotWakeWhenItCannotFeed(t *testing.T) {
	quiet(t)
	_, client := newFake(t, func(operation string, _ int, _ map[string]any) answer {
		if operation == "GetItem" {
			return answer{body: map[string]any{"Item": map[string]any{"last": n(10)}}}
		}
		return cancelled(reason("None"), reason("ValidationError"), reason("None"))
	})
	published := &recorder{}
	feed := &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
	c := draft("match-1", es.Head{}, 1).Commit()
	same(t, "the failures", handle(t, &dynamo.Relay{Feed: feed, Publisher: published, Wake: true}, inserted(t, c)), []string{"100"})
	same(t, "what is published", published.published, []es.Commit{c})
}

func TestRelayWakesNobodyUnlessTold(t *testing.T) {
	set, relay, l := waking(t)
	relay.Wake = false
	commits := store(t, set.events(), chain(stream("match"), 3)...)
	same(t, "the failures", handle(t, relay, inserted(t, commits...)), nil)
	sweeper := &dynamo.Sweeper{Feed: set.feed(), Publisher: l}
	if _, err := sweeper.Sweep(t.Context(), instant, instant); err != nil {
		t.Fatal(err)
	}
	same(t, "the wake-ups", l.wakes, nil)

	set, m := counted(t)
	relay.Feed = set.feed()
	commits = store(t, set.events(), chain(stream("match"), 3)...)
	for _, wake := range []bool{false, true} {
		relay.Wake, relay.Publisher = wake, discard{}
		want := map[bool]string{false: "GetItem TransactWriteItems", true: "TransactWriteItems GetItem"}[wake]
		m.costs(t, "relay", want, func() error { handle(t, relay, inserted(t, commits...)); return nil })
	}
}

func TestSweeperWakes(t *testing.T) {
	set, relay, l := waking(t)
	sweeper := &dynamo.Sweeper{Feed: set.feed(), Publisher: l, Wake: true}
	sweep := func(want ...uint64) {
		t.Helper()
		l.wakes = nil
		if _, err := sweeper.Sweep(t.Context(), instant.Add(-time.Minute), instant.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		same(t, "the wake-ups", l.wakes, want)
	}
	sweep() // nobody reads a feed that is empty
	lost := store(t, set.events(), chain(stream("match"), 3)...)
	sweep(3)
	same(t, "the feed", read(t, set.feed(), 0, 10), lost)
	sweep(3)
	// The relay feeds, and gives up before it has woken anybody.
	relay.Publisher = &failsToWake{to: l}
	same(t, "the failures", handle(t, relay, inserted(t, store(t, set.events(), chain(stream("user"), 4)...)...)), []string{"100"})
	sweep(7)
	sweeper.Publisher = &failsToWake{to: l}
	if _, err := sweeper.Sweep(t.Context(), instant, instant); err == nil || !strings.Contains(err.Error(), "7") {
		t.Errorf("when nobody can be woken: got error %v, want one that names the position", err)
	}
}
