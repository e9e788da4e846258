package engine

import (
	"context"
	"fmt"
	"iter"

	"github.com/foldstream/foldstream/es"
)

// catchUpPage is how many commits are read at once.
const catchUpPage = 500

// CatchUp yields the commits of the feed behind a position, up to its end as it is then. While some are dealt with, the
// next ones are read. It ends after the first error.
func CatchUp(ctx context.Context, feed Feed, after uint64) iter.Seq2[es.Positioned, error] {
	return func(yield func(es.Positioned, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for page := range readAhead(ctx, feed, after) {
			if page.err != nil {
				yield(es.Positioned{}, page.err)
				return
			}
			for _, c := range page.commits {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

type feedPage struct {
	commits []es.Positioned
	err     error
}

// readAhead reads pages until there are no more, one fails, or the context ends.
func readAhead(ctx context.Context, feed Feed, after uint64) <-chan feedPage {
	pages := make(chan feedPage, 1)
	go func() {
		defer close(pages)
		for {
			commits, err := feed.Read(ctx, after, catchUpPage)
			if err != nil {
				err = fmt.Errorf("read the feed behind position %d: %w", after, err)
			} else if len(commits) == 0 {
				return
			}
			select {
			case pages <- feedPage{commits, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			after = commits[len(commits)-1].Position
		}
	}()
	return pages
}
