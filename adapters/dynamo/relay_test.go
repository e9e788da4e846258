package dynamo_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// recorder is a publisher that remembers, and fails as often as it is told to.
type recorder struct {
	mu        sync.Mutex
	published []es.Commit
	failures  int
}

func (r *recorder) Publish(_ context.Context, commits []es.Commit) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures > 0 {
		r.failures--
		return errors.New("no publishing today")
	}
	r.published = append(r.published, commits...)
	return nil
}

// quiet keeps expected failures out of the log.
func quiet(t *testing.T) {
	t.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

// inserted makes the records that a table's stream holds of commits.
func inserted(t *testing.T, commits ...es.Commit) events.DynamoDBEvent {
	t.Helper()
	var batch events.DynamoDBEvent
	for i, c := range commits {
		text, err := es.Encode(c.Events)
		if err != nil {
			t.Fatal(err)
		}
		batch.Records = append(batch.Records, events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{
			SequenceNumber: strconv.Itoa(100 + i),
			NewImage: map[string]events.DynamoDBAttributeValue{
				"aggregateId": events.NewStringAttribute(string(c.Stream)), "version": events.NewNumberAttribute(strconv.FormatUint(c.Version, 10)),
				"count": events.NewNumberAttribute(strconv.Itoa(len(c.Events))), "events": events.NewStringAttribute(string(text)),
				"commandId": events.NewStringAttribute(c.CommandID), "traceId": events.NewStringAttribute(c.TraceID),
				"time":  events.NewStringAttribute(c.Time.Format("2006-01-02T15:04:05.000Z")),
				"later": events.NewBooleanAttribute(true), // by a newer program
			},
		}})
	}
	return batch
}

func handle(t *testing.T, relay *dynamo.Relay, batch events.DynamoDBEvent) []string {
	t.Helper()
	response, err := relay.Handle(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if response.BatchItemFailures == nil {
		t.Fatal("the list of failures is null")
	}
	var failed []string
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

func TestRelay(t *testing.T) {
	quiet(t)
	set := create(t, emulator.MiniStack(t))
	open := func() (*dynamo.Relay, *recorder) {
		r := &recorder{}
		return &dynamo.Relay{Feed: set.feed(), Publisher: r}, r
	}
	fed := func() []es.Commit { return read(t, set.feed(), 0, 1000) }

	t.Run("commits are fed and published", func(t *testing.T) {
		relay, published := open()
		commits := store(t, set.events(), chain(stream("match"), 3)...)
		same(t, "the failures", handle(t, relay, inserted(t, commits...)), nil)
		same(t, "what is published", published.published, commits)
		same(t, "the feed", fed(), commits)
		same(t, "the failures of a redelivery", handle(t, relay, inserted(t, commits...)), nil)
		same(t, "the feed after a redelivery", fed(), commits)
	})
	t.Run("changes and removals are passed over", func(t *testing.T) {
		relay, published := open()
		batch := inserted(t, draft(stream("match"), es.Head{}, 1).Commit())
		batch.Records[0].EventName = "MODIFY"
		batch.Records = append(batch.Records, events.DynamoDBEventRecord{EventName: "REMOVE"})
		same(t, "the failures", handle(t, relay, batch), nil)
		same(t, "what is published", published.published, nil)
	})
	t.Run("a record that cannot be read is reported, and those before it are relayed", func(t *testing.T) {
		relay, published := open()
		commits := store(t, set.events(), chain(stream("match"), 3)...)
		batch := inserted(t, commits...)
		batch.Records[1].Change.NewImage["events"] = events.NewStringAttribute(`[{"type":`)
		same(t, "the failures", handle(t, relay, batch), []string{"101"})
		same(t, "what is published", published.published, commits[:1])
		if f := fed(); !slices.ContainsFunc(f, func(c es.Commit) bool { return c.Stream == commits[0].Stream }) {
			t.Error("the commit before it is not in the feed")
		}
	})
	t.Run("mend: what is saved and cannot be published comes again", func(t *testing.T) {
		relay, published := open()
		published.failures = 1
		commits := store(t, set.events(), chain(stream("match"), 3)...)
		same(t, "the failures", handle(t, relay, inserted(t, commits...)), []string{"100"})
		if f := fed(); slices.ContainsFunc(f, func(c es.Commit) bool { return c.Stream == commits[0].Stream }) {
			t.Error("it is in the feed, where the sweeper takes it for published")
		}
		same(t, "the failures then", handle(t, relay, inserted(t, commits...)), nil)
		same(t, "what is published", published.published, commits)
	})
	t.Run("nothing happens to nothing", func(t *testing.T) {
		relay, _ := open()
		same(t, "the failures", handle(t, relay, events.DynamoDBEvent{}), nil)
	})
}

func TestSweeper(t *testing.T) {
	quiet(t)
	set := create(t, emulator.MiniStack(t))
	published := &recorder{}
	sweeper := &dynamo.Sweeper{Feed: set.feed(), Publisher: published}
	known := store(t, set.events(), chain(stream("match"), 4)...)
	lost := store(t, set.events(), chain(stream("match"), 5)...)
	unknown := store(t, set.events(), chain(stream("user"), 120)...)
	late := chain(stream("user"), 1)
	late[0].Origin.Time = late[0].Origin.Time.Add(time.Hour)
	tooEarlyToSay := store(t, set.events(), late...)
	appendTo(t, set.feed(), known...)
	appendTo(t, set.feed(), lost[:3]...)

	at := known[0].Time
	sweep := func(want int) {
		t.Helper()
		behind, err := sweeper.Sweep(t.Context(), at.Add(-time.Minute), at.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the number of streams that were behind", behind, want)
	}
	sweep(2)
	streams := map[es.StreamID]int{}
	for _, c := range read(t, set.feed(), 0, 100) {
		streams[c.Stream]++
	}
	same(t, "the feed", streams, map[es.StreamID]int{known[0].Stream: 4, lost[0].Stream: 5, unknown[0].Stream: 120})
	clear(streams)
	for _, c := range published.published {
		streams[c.Stream]++
	}
	same(t, "what is published", streams, map[es.StreamID]int{lost[0].Stream: 2, unknown[0].Stream: 120})
	if streams[tooEarlyToSay[0].Stream] > 0 {
		t.Error("the sweeper got ahead of the relay")
	}
	sweep(0)
}
