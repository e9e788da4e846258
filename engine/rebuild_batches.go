package engine

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// batch is a piece of the feed: its commits of some categories, up to a position.
type batch struct {
	commits []*es.Positioned
	events  uint64
	end     uint64
}

// A batch ends when it holds so many bytes, at every so many-th position, or when the feed gives so little at a time. Three of them are in memory at most: one that is
// being read, one that waits, and one that is being folded.
const (
	batchBytes     = 4 << 20
	batchPositions = 50_000
	batchTime      = time.Second
	commitBytes    = 512 // that a commit holds beside its events' data, about
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
			b, size, began := batch{}, 0, time.Now()
			for page := range readAhead(ctx, feed, after) {
				if page.err != nil {
					send(result{err: page.err})
					return
				}
				for i := range page.commits {
					c := &page.commits[i]
					b.end = c.Position
					if slices.Contains(categories, c.Stream.Category()) {
						if len(c.Events) == 0 {
							send(result{err: hollow(*c)})
							return
						}
						b.commits, b.events = append(b.commits, c), b.events+uint64(len(c.Events))
						size += commitBytes + dataBytes(c.Commit)
					}
					late := i == len(page.commits)-1 && time.Since(began) >= batchTime
					if size < batchBytes && b.end%batchPositions != 0 && !late {
						continue
					}
					if !send(result{batch: b}) {
						return
					}
					b, size, began = batch{}, 0, time.Now()
				}
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
