package engine

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Due is a rule for which streams to close.
type Due struct {
	Category   string
	LongerThan uint64        // events in their era
	OlderThan  time.Duration // that their era is, since it began
}

// Closable yields the streams that a rule is about. It reads the end of each stream of the category, and the tombstones of
// those that have been closed.
func Closable(ctx context.Context, directory Directory, store EventStore, books Books, rule Due, now time.Time) iter.Seq2[es.StreamID, error] {
	return func(yield func(es.StreamID, error) bool) {
		for b, err := range StreamsOf(ctx, directory, rule.Category) {
			due := false
			if err == nil {
				due, err = rule.isDue(ctx, store, books, b, now)
			}
			if (due || err != nil) && !yield(b.Stream, err) || err != nil {
				return
			}
		}
	}
}

func (r Due) isDue(ctx context.Context, store EventStore, books Books, b Begun, now time.Time) (bool, error) {
	tail, err := store.Tail(ctx, b.Stream, 1)
	if err != nil || len(tail) == 0 {
		return false, err
	}
	head, began, since := tail[0].Head(), uint64(0), b.Since
	if head.Era() > 0 {
		eras, err := books.Eras(ctx, b.Stream)
		if err != nil {
			return false, err
		}
		if len(eras) == 0 {
			return false, &es.Fault{Doing: "read the eras of " + string(b.Stream), Err: fmt.Errorf("there are none before era %d", head.Era())}
		}
		began, since = eras[len(eras)-1].Last+1, eras[len(eras)-1].Closed // what carried the state over is no growth
	}
	return head.Version() > began+r.LongerThan && now.Sub(since) >= r.OlderThan, nil
}

// directoryPage is how many streams are listed at once.
const directoryPage = 500

// StreamsOf yields the streams of a category in order. It ends after the first error.
func StreamsOf(ctx context.Context, directory Directory, category string) iter.Seq2[Begun, error] {
	return func(yield func(Begun, error) bool) {
		which := Streams{Prefix: string(es.NewStreamID(category, "")), Limit: directoryPage}
		for {
			page, err := directory.Streams(ctx, which)
			if err != nil {
				yield(Begun{}, err)
				return
			}
			for i, b := range page {
				if i == 0 && string(b.Stream) == which.Start {
					continue // it was the last one of the page before
				}
				if !yield(b, nil) {
					return
				}
			}
			if len(page) < which.Limit {
				return
			}
			which.Start = string(page[len(page)-1].Stream)
		}
	}
}
