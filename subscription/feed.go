package subscription

import (
	"context"
	"fmt"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// Feed is the source of who has the store in this process. Nothing of it is left out but by the filter.
type Feed struct {
	Log engine.Log
	// Await waits until the feed ends behind a position; nil to look again every now and then.
	Await func(ctx context.Context, after uint64) (end uint64, err error)
}

const (
	feedCommits = 500
	feedBytes   = 4 << 20
	feedPause   = 200 * time.Millisecond
)

// Open implements [Source].
func (f Feed) Open(_ context.Context, wanted Filter) (Reader, error) {
	return feedReader{f, wanted}, nil
}

type feedReader struct {
	Feed
	wanted Filter
}

func (r feedReader) Close() error { return nil }

// Next implements [Reader].
func (r feedReader) Next(ctx context.Context, after uint64) (engine.LogPage, error) {
	for {
		page, err := engine.ReadLog(ctx, r.Log, engine.LogQuery{
			After: &after, Categories: r.wanted.Categories, Types: r.wanted.Events, Limit: feedCommits, Bytes: feedBytes, Whole: true,
		})
		switch {
		case err != nil:
			return page, err
		case after > page.End:
			return page, fmt.Errorf("the feed ends at %d: %w", page.End, ErrGap)
		case page.To > after:
			return page, nil
		}
		if err := r.await(ctx, after); err != nil {
			return page, err
		}
	}
}

func (r feedReader) await(ctx context.Context, after uint64) error {
	if r.Await != nil {
		_, err := r.Await(ctx, after)
		return err
	}
	select {
	case <-time.After(feedPause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
