package dynamo_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/internal/limits"
)

func (s setup) directory(categories ...string) *dynamo.Directory {
	return &dynamo.Directory{Client: s.client, Table: s.names.Directory, Categories: categories}
}

// relayed runs a relay for tables of a test's own.
func relayed(t *testing.T) setup {
	t.Helper()
	s := create(t, emulator.MiniStack(t))
	relay := &dynamo.Relay{Feed: s.feed(), Directory: s.directory(), Publisher: discard{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- emulator.Pump(ctx, s.cfg, s.names.Events, relay.Handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestLog(t *testing.T) {
	contract.Log(t, func(t *testing.T) (engine.EventStore, engine.Log) {
		s := relayed(t)
		return s.events(), s.feed()
	})
}

func TestDirectory(t *testing.T) {
	contract.Directory(t, func(t *testing.T) (engine.EventStore, engine.Directory) {
		s := relayed(t)
		return s.events(), s.directory(contract.DirectoryCategories()...)
	})
}

// TestNothingWaitsForTheDirectory has no table of it: commits get where they should, and the sweeper says what is wrong, but
// sweeps.
func TestNothingWaitsForTheDirectory(t *testing.T) {
	quiet(t)
	set := create(t, emulator.MiniStack(t))
	nowhere := set.directory("match", "user")
	nowhere.Table = "nowhere"
	published := &recorder{}
	relay := &dynamo.Relay{Feed: set.feed(), Directory: nowhere, Publisher: published}
	commits := store(t, set.events(), chain(stream("match"), 2)...)
	same(t, "the failures", handle(t, relay, inserted(t, commits...)), nil)
	same(t, "what is published", published.published, commits)

	lost := store(t, set.events(), chain(stream("user"), 2)...)
	sweeper := &dynamo.Sweeper{Feed: set.feed(), Directory: nowhere, Publisher: published}
	if behind, err := sweeper.Sweep(t.Context(), commits[0].Time.Add(-time.Minute), commits[0].Time.Add(time.Minute)); behind != 1 || err == nil {
		t.Fatalf("%d streams were behind, error %v", behind, err)
	}
	same(t, "the feed", read(t, set.feed(), 0, 100), append(commits, lost...))
}

// TestADirectoryThatIsSlow answers nothing, as one whose partition is hot, while the store is busy for a few tries: streams are
// noted once, and what is behind them waits for no more than a usual call.
func TestADirectoryThatIsSlow(t *testing.T) {
	quiet(t)
	_, client := newFake(t, func(string, int, map[string]any) answer { return answer{} })
	var asked atomic.Int32
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the caller has gone
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	publisher := &busyPublisher{until: time.Now().Add(300 * time.Millisecond)}
	relay := &dynamo.Relay{
		Feed:      &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)},
		Directory: &dynamo.Directory{Client: dynamodb.NewFromConfig(at(slow.URL)), Table: "directory"},
		Publisher: publisher,
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	begun := time.Now()
	response, err := relay.Handle(ctx, inserted(t, draft(stream("match"), es.Head{}, 1).Commit()))
	if took := time.Since(begun); err != nil || len(response.BatchItemFailures) > 0 || took >= limits.Attempt || asked.Load() != 1 || publisher.asked < 2 {
		t.Fatalf("it took %v, and asked %d times in %d tries: %+v, error %v", took, asked.Load(), publisher.asked, response, err)
	}
}

// TestSweepersFillTheDirectory has streams in the feed that were begun without one, and commits that come again.
func TestSweepersFillTheDirectory(t *testing.T) {
	quiet(t)
	set := create(t, emulator.MiniStack(t))
	directory := set.directory("match")
	relay := &dynamo.Relay{Feed: set.feed(), Publisher: discard{}}
	old := store(t, set.events(), chain(stream("match"), 3)...)
	same(t, "the failures", handle(t, relay, inserted(t, old...)), nil)
	relay.Directory = directory
	fresh := store(t, set.events(), chain(stream("match"), 2)...)
	same(t, "the failures of what comes twice in a batch", handle(t, relay, inserted(t, append(fresh, fresh...)...)), nil)
	listed := func(want ...es.Commit) {
		t.Helper()
		found, err := directory.Streams(t.Context(), engine.Streams{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		since := map[es.StreamID]time.Time{}
		for _, b := range found {
			since[b.Stream] = b.Since
		}
		wanted := map[es.StreamID]time.Time{}
		for _, c := range want {
			wanted[c.Stream] = c.Time
		}
		same(t, "the directory", since, wanted)
	}
	listed(fresh[0])
	sweeper := &dynamo.Sweeper{Feed: set.feed(), Directory: directory, Publisher: discard{}}
	sweep := func(from, until time.Time) {
		t.Helper()
		if behind, err := sweeper.Sweep(t.Context(), from, until); err != nil || behind > 0 {
			t.Fatalf("%d streams were behind, error %v", behind, err)
		}
	}
	sweep(old[0].Time.Add(time.Hour), old[0].Time.Add(2*time.Hour))
	listed(fresh[0])
	sweep(time.Time{}, old[0].Time.Add(time.Hour))
	listed(fresh[0], old[0])
}
