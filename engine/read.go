package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/foldstream/foldstream/es"
)

// Read yields a stream's commits behind a version and makes sure that they join: a gap or an overlap, which no store
// should ever show, is an *es.Fault. So is what has been archived, which is an [ErrArchived] too.
func Read(ctx context.Context, store Loader, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return read(ctx, store, stream, after, func(gap error, _ es.Commit) (bool, error) { return false, gap })
}

// ReadState is [Read] for folds: where commits are missing it goes on at the beginning of an era, at which folds start over.
func ReadState(ctx context.Context, store Loader, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return read(ctx, store, stream, after, func(_ error, c es.Commit) (bool, error) { return c.BeginsEra(), nil })
}

// read yields what joins. Of a commit behind a gap, over says whether to go on with it, or to leave it out if there is no
// error; what is left out must have another behind it that is not.
func read(
	ctx context.Context, store Loader, stream es.StreamID, after uint64, over func(gap error, c es.Commit) (bool, error),
) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		var missing error
		for c, err := range store.Load(ctx, stream, after) {
			if err != nil {
				yield(es.Commit{}, fmt.Errorf("load %s: %w", stream, err))
				return
			}
			if gap := gapBefore(c, after); gap != nil {
				on, err := over(gap, c)
				if err != nil {
					yield(es.Commit{}, err)
					return
				}
				if !on || len(c.Events) == 0 || c.Version <= after {
					missing = gap
					continue
				}
			}
			missing, after = nil, c.Last()
			if !yield(c, nil) {
				return
			}
		}
		if missing != nil {
			yield(es.Commit{}, missing)
		}
	}
}

// gapBefore is the fault of a commit that does not join on to a version; nil of one that does.
func gapBefore(c es.Commit, after uint64) error {
	if c.Version == after+1 && len(c.Events) > 0 {
		return nil
	}
	err := fmt.Errorf("behind version %d comes a commit of %d events at %d", after, len(c.Events), c.Version)
	if c.Version > after && (c.Closes() || c.BeginsEra()) {
		err = errors.Join(err, ErrArchived)
	}
	return &es.Fault{Doing: "load " + string(c.Stream), Err: err}
}

// hollow is the fault of a commit of the feed that whoever reads it would need, and that has been archived.
func hollow(c es.Positioned) error {
	return &es.Fault{Doing: fmt.Sprintf("read position %d of the feed, %s@%d", c.Position, c.Stream, c.Version), Err: ErrArchived}
}
