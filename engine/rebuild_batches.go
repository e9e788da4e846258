package engine

import (
	"context"
	"iter"
	"slices"

	"github.com/foldstream/foldstream/es"
)

// batch is a piece of the feed: its commits of some categories, up to a position.
type batch struct {
	commits []es.Positioned
	events  uint64
	end     uint64
}

// A batch ends when it has so many commits, or so many bytes of events. Three of them are in memory at most: one that is
// being read, one that waits, and one that is being folded.
const (
	batchCommits = 5000
	batchBytes   = 8 << 20
)

// batches yields the feed behind a position, up to its end as it is then. While one batch is folded the next is read. It
// ends after the first error.
func batches(ctx context.Context, feed Feed, after uint64, categories []string) iter.Seq2[batch, error] {
	return func(yield func(batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		type result struct {
			batch
			err error
		}
		read := make(chan result, 1)
		go func() {
			defer close(read)
			send := func(r result) bool {
				select {
				case read <- r:
					return true
				case <-ctx.Done():
					return false
				}
			}
			b, size := batch{}, 0
			for c, err := range CatchUp(ctx, feed, after) {
				if err != nil {
					send(result{err: err})
					return
				}
				b.end = c.Position
				if slices.Contains(categories, c.Stream.Category()) {
					b.commits, b.events = append(b.commits, c), b.events+uint64(len(c.Events))
					for _, e := range c.Events {
						size += len(e.Data)
					}
				}
				if len(b.commits) < batchCommits && size < batchBytes && b.end%(10*batchCommits) != 0 {
					continue
				}
				if !send(result{batch: b}) {
					return
				}
				b, size = batch{}, 0
			}
			if b.end > 0 {
				send(result{batch: b})
			}
		}()
		for r := range read {
			if !yield(r.batch, r.err) {
				return
			}
		}
	}
}
