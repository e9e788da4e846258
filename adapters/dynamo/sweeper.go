package dynamo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
)

// Sweeper finds commits that never reached the feed, because the relay gave them up or its stream lost them, and relays
// them.
type Sweeper struct {
	Feed      *Feed
	Directory *Directory // as the relay has one
	Publisher engine.Publisher
	Wake      bool // as the relay does
}

// Sweep relays what was appended from one time until another and is not in the feed, and gives the number of streams that
// had such commits. Let until be some minutes ago, so that the relay has had its chance. It reads the whole events table,
// half a read unit for each 4 KB, whatever the times are, and a read unit for each stream between them, two for one that
// began then: those that the directory lacks are noted there. It begins with a wake-up, if it is to make any, because the
// relay may have given up one after it had fed its commits. Copies are not looked for in the table: the notes of [Importer] say
// what is missing of them.
func (s *Sweeper) Sweep(ctx context.Context, from, until time.Time) (behind int, err error) {
	relay := Relay(*s)
	if err := relay.wake(ctx); err != nil {
		return 0, err
	}
	aside := relay.finishAll(ctx) // what fails beside the sweep itself
	pages := dynamodb.NewScanPaginator(s.Feed.Client, &dynamodb.ScanInput{
		TableName:            aws.String(s.Feed.Events.Table),
		FilterExpression:     aws.String("#time BETWEEN :from AND :until AND attribute_not_exists(" + copiedFrom + ")"),
		ProjectionExpression: aws.String("aggregateId, version, #count, #time"),
		ExpressionAttributeNames: map[string]string{
			"#time": "time", "#count": "count",
		},
		ExpressionAttributeValues: item{
			":from": text(from.UTC().Format(timeFormat)), ":until": text(until.UTC().Format(timeFormat)),
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return behind, errors.Join(aside, failed("scan the events table", err))
		}
		n, err := s.sweep(ctx, page.Items)
		behind += n
		if err != nil {
			return behind, errors.Join(aside, err)
		}
		if aside == nil {
			aside = s.list(ctx, page.Items)
		}
	}
	return behind, aside
}

// list notes the streams that some commits begin, as far as the directory lacks them.
func (s *Sweeper) list(ctx context.Context, commits []item) error {
	var streams []item
	for _, i := range commits {
		if textOf(i, "version") == "1" {
			streams = begun(streams, es.StreamID(textOf(i, "aggregateId")), textOf(i, "time"))
		}
	}
	if len(streams) == 0 || s.Directory == nil {
		return nil
	}
	lacking, err := s.Directory.lacks(ctx, streams)
	if err != nil || len(lacking) == 0 {
		return err
	}
	slog.InfoContext(ctx, "sweeper found streams that are not in the directory", "streams", len(lacking))
	return s.Directory.note(ctx, lacking)
}

// sweep relays what the feed lacks of the streams of some commits.
func (s *Sweeper) sweep(ctx context.Context, commits []item) (behind int, err error) {
	reached := map[es.StreamID]uint64{}
	for _, i := range commits {
		version, err := numberOf(i, "version")
		if err != nil {
			return 0, err
		}
		count, err := numberOf(i, "count")
		if err != nil {
			return 0, err
		}
		stream, _ := splitKey(textOf(i, "aggregateId"))
		reached[stream] = max(reached[stream], version+count-1)
	}
	fed, err := s.Feed.fed(ctx, slices.Collect(maps.Keys(reached)))
	if err != nil {
		return 0, failed("read how far streams are in the feed", err)
	}
	for stream, last := range reached {
		if fed[stream] >= last {
			continue
		}
		slog.WarnContext(ctx, "sweeper found commits that are not in the feed", "stream", stream, "fed", fed[stream], "reached", last)
		observe.Swept.Record(ctx, 1)
		if err := s.bring(ctx, stream, fed[stream]); err != nil {
			return behind, fmt.Errorf("sweep %s: %w", stream, err)
		}
		behind++
	}
	return behind, nil
}

func (s *Sweeper) bring(ctx context.Context, stream es.StreamID, after uint64) error {
	relay := Relay(*s)
	var commits []es.Commit
	for c, err := range s.Feed.Events.Load(ctx, stream, after) {
		if err != nil {
			return err
		}
		if commits = append(commits, c); len(commits) == batchCommits {
			if err := relay.bring(ctx, commits); err != nil {
				return err
			}
			commits = nil
		}
	}
	return relay.bring(ctx, commits)
}
