package engine

import (
	"context"
	"fmt"
	"iter"

	"github.com/foldstream/foldstream/es"
)

// Read yields a stream's commits behind a version and makes sure that they join: a gap or an overlap, which no store
// should ever show, is an *es.Fault.
func Read(ctx context.Context, store Loader, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		for c, err := range store.Load(ctx, stream, after) {
			if err != nil {
				yield(es.Commit{}, fmt.Errorf("load %s: %w", stream, err))
				return
			}
			if c.Version != after+1 || len(c.Events) == 0 {
				yield(es.Commit{}, &es.Fault{
					Doing: "load " + string(stream),
					Err:   fmt.Errorf("behind version %d comes a commit of %d events at %d", after, len(c.Events), c.Version),
				})
				return
			}
			after = c.Last()
			if !yield(c, nil) {
				return
			}
		}
	}
}
