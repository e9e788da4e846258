package dynamo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// Relay brings commits from the stream of the events table to a publisher, and then to the feed. Its event source mapping
// starts at TRIM_HORIZON, reports batch item failures, bisects, and has bounded retries and an on-failure destination. It
// does not mind records that come again or out of order.
type Relay struct {
	Feed      *Feed
	Directory *Directory // of streams; nil for none
	Publisher engine.Publisher
	Wake      bool // whether to publish that the feed has advanced, for those who read it
}

// Handle is the Lambda's handler. It reports the first record that it could not bring on, with which Lambda tries again;
// why it could not is in the log. Changes and removals of items, which only operators make, are passed over, and so are
// copies, which [Importer] brings on.
func (r *Relay) Handle(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	response := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	fail := func(record events.DynamoDBEventRecord, err error) {
		number := record.Change.SequenceNumber
		slog.ErrorContext(ctx, "relay failed", "sequenceNumber", number, "records", len(batch.Records), "error", err)
		response.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: number}}
	}
	var commits []es.Commit
	for _, record := range batch.Records {
		if record.EventName != string(events.DynamoDBOperationTypeInsert) || isCopy(record.Change.NewImage) {
			continue
		}
		c, err := decodeImage(record.Change.NewImage)
		if err != nil {
			fail(record, err)
			break
		}
		commits = append(commits, c)
	}
	if len(commits) == 0 {
		return response, nil
	}
	observe.RelayBatch.Record(ctx, float64(len(commits)))
	ctx = observe.With(ctx, "stream", commits[0].Stream, "version", commits[0].Version, "traceId", commits[0].TraceID)
	end := spans(ctx, commits)
	err := r.insist(ctx, commits)
	end(observe.Outcome{Err: err})
	if err != nil {
		fail(batch.Records[0], err)
	}
	return response, nil
}

func isCopy(image map[string]events.DynamoDBAttributeValue) bool {
	_, copied := image[copiedFrom]
	return copied
}

// betweenBatches is how long to wait for what is busy.
var betweenBatches = engine.Backoff{First: 100 * time.Millisecond, Longest: 5 * time.Second}

// insist brings commits on, and goes on trying as long as it may run while nothing but time is needed: Lambda retries a batch
// only so often before it gives it up, however quickly it failed. Streams are noted once, whatever comes of that.
func (r *Relay) insist(ctx context.Context, commits []es.Commit) error {
	defer r.Directory.begin(ctx, commits)()
	_, limited := ctx.Deadline()
	for try := 1; ; try++ {
		err := r.bring(ctx, commits)
		if !limited || !errors.Is(err, engine.ErrBusy) || betweenBatches.Pause(ctx, try) != nil {
			return err
		}
	}
}

// bring publishes before it feeds, so that what is in the feed has been published: the sweeper looks for commits that are
// not in the feed, and would never find one that was fed and not published. When feeding fails both come again, and
// consumers ignore what they know.
func (r *Relay) bring(ctx context.Context, commits []es.Commit) error {
	if len(commits) == 0 {
		return nil
	}
	if err := r.Publisher.Publish(ctx, commits); err != nil {
		return fmt.Errorf("publish %d commits: %w", len(commits), err)
	}
	if err := r.Feed.Append(ctx, commits); err != nil {
		return err
	}
	if position := r.Feed.reached(); position > 0 {
		observe.FeedPosition.Record(ctx, float64(position))
	}
	return r.wake(ctx)
}

// spans begins a span for each commit, in the commit's own trace.
func spans(ctx context.Context, commits []es.Commit) (end func(observe.Outcome)) {
	ends := make([]func(observe.Outcome), len(commits))
	for i, c := range commits {
		_, ends[i] = observe.Begin(ctx, observe.Span{Name: "relay", Trace: c.Trace, About: map[string]any{
			"stream": string(c.Stream), "version": c.Version, "traceId": c.TraceID,
		}})
	}
	return func(o observe.Outcome) {
		for _, end := range ends {
			end(o)
		}
	}
}

// wake publishes how far the feed is, if it is to. The end is read each time: the commits may have been fed before, by a
// relay that failed to say so, and a wake-up at an earlier position may be one that the topic has had, which it drops.
func (r *Relay) wake(ctx context.Context) error {
	if !r.Wake {
		return nil
	}
	position, err := r.Feed.End(ctx)
	if err != nil || position == 0 {
		return err
	}
	if err := r.Publisher.Publish(ctx, []es.Commit{engine.FeedAdvanced(position, time.Now())}); err != nil {
		return fmt.Errorf("publish that the feed has advanced to %d: %w", position, err)
	}
	return nil
}
