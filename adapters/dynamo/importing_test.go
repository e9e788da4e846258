package dynamo_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

func (s setup) importer(relay *dynamo.Relay) *dynamo.Importer {
	return &dynamo.Importer{Relay: relay, Checkpoints: s.names.Checkpoints}
}

// TestImporter has the table's stream relayed beside it, as on a stage.
func TestImporter(t *testing.T) {
	contract.Importer(t, func(t *testing.T) contract.Importing {
		s := create(t, emulator.MiniStack(t))
		relay := &dynamo.Relay{Feed: s.feed(), Publisher: discard{}}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- emulator.Pump(ctx, s.cfg, s.names.Events, relay.Handle) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		return contract.Importing{
			Importer: s.importer(&dynamo.Relay{Feed: s.feed(), Publisher: discard{}}), Store: s.events(), Feed: s.feed(),
			Checkpoints: &dynamo.Checkpoints{Client: s.client, Table: s.names.Checkpoints},
		}
	})
}

// TestCopiesThatWereNotRelayed breaks off behind the transaction of a batch, and lets one or the other come upon it.
func TestCopiesThatWereNotRelayed(t *testing.T) {
	quiet(t)
	for name, comeUpon := range map[string]func(t *testing.T, s setup, relay *dynamo.Relay) error{
		"who goes on": func(t *testing.T, s setup, relay *dynamo.Relay) error {
			at, err := s.importer(relay).Copied(t.Context(), "blue")
			if at != 6 {
				t.Errorf("%d is copied, want 6", at)
			}
			return err
		},
		"sweeper": func(t *testing.T, _ setup, relay *dynamo.Relay) error {
			_, err := (*dynamo.Sweeper)(relay).Sweep(t.Context(), time.Unix(0, 0), time.Now().AddDate(100, 0, 0))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			set := create(t, emulator.MiniStack(t))
			one, other := chain(stream("match"), 3), chain(stream("match"), 3)
			batch := []es.Draft{other[0], one[0], one[1], other[1], other[2], one[2]}
			published := &recorder{failures: 1}
			relay := &dynamo.Relay{
				Feed: set.feed(), Publisher: published,
				Directory: &dynamo.Directory{Client: set.client, Table: set.names.Directory, Categories: []string{"match"}},
			}
			if err := set.importer(relay).Copy(t.Context(), "blue", 0, 6, batch...); err == nil {
				t.Fatal("it is copied although nothing can be published")
			}
			if at, err := set.importer(relay).Noted(t.Context(), "blue"); at != 6 || err != nil {
				t.Errorf("%d is noted, error %v, want 6", at, err)
			}
			same(t, "the feed before", read(t, set.feed(), 0, 10), nil)
			for range 3 {
				if err := comeUpon(t, set, relay); err != nil {
					t.Fatal(err)
				}
			}
			var want []es.Commit
			for _, d := range batch {
				want = append(want, d.Commit())
			}
			same(t, "the feed", read(t, set.feed(), 0, 10), want)
			same(t, "what is published", published.published, want)
			listed, err := relay.Directory.Streams(t.Context(), engine.Streams{Limit: 10})
			if err != nil || len(listed) != 2 {
				t.Errorf("%d streams are listed, error %v, want 2", len(listed), err)
			}
		})
	}
}

// TestRelayPassesOverCopies hands it what the table's stream holds of a batch that is not in the feed yet.
func TestRelayPassesOverCopies(t *testing.T) {
	set := create(t, emulator.MiniStack(t))
	published := &recorder{}
	relay := &dynamo.Relay{Feed: set.feed(), Publisher: published}
	commits := store(t, set.events(), chain(stream("match"), 2)...)
	batch := inserted(t, commits...)
	batch.Records[0].Change.NewImage["copied"] = events.NewStringAttribute("blue")
	if failed := handle(t, relay, events.DynamoDBEvent{Records: batch.Records[:1]}); len(failed) > 0 {
		t.Fatalf("failed: %v", failed)
	}
	same(t, "the feed", read(t, set.feed(), 0, 10), nil)
	same(t, "what is published", published.published, nil)
	handle(t, relay, batch) // what is no copy brings along what is before it in its stream
	same(t, "the feed", read(t, set.feed(), 0, 10), commits)
	same(t, "what is published", published.published, commits[1:])
}
