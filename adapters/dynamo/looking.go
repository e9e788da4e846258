package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var _ engine.Log = (*Feed)(nil)

// lookSpan is how many positions are read at once where only some are looked for.
const lookSpan = 2000

// Look implements [engine.Log]. What streams commits are of stands in the feed, so that only those that are asked for are
// read: it costs a Query for each [lookSpan] positions or megabyte, and a BatchGetItem for each 100 commits.
func (f *Feed) Look(ctx context.Context, l engine.Look) ([]es.Positioned, error) {
	span := uint64(lookSpan)
	if l.Stream == "" && len(l.Categories) == 0 {
		span = uint64(l.Limit)
	}
	var found []place
	for first, last := l.First, l.Last; first <= last && len(found) < l.Limit; {
		from, to := first, min(last, first+span-1)
		if l.Backward {
			from, to = max(first, last-min(last, span)+1), last
		}
		some, err := f.places(ctx, from, to)
		if err != nil {
			return nil, failed(fmt.Sprintf("look through the feed from %d to %d", from, to), err)
		}
		some = slices.DeleteFunc(some, func(p place) bool { return !isOf(p.stream, l) })
		if l.Backward {
			slices.Reverse(some)
			last = from - 1
		} else {
			first = to + 1
		}
		found = append(found, some...)
	}
	return f.read(ctx, found[:min(l.Limit, len(found))])
}

func isOf(stream es.StreamID, l engine.Look) bool {
	if l.Stream != "" {
		return stream == l.Stream
	}
	return len(l.Categories) == 0 || slices.Contains(l.Categories, stream.Category())
}

// place is a position of the feed, and the commit there.
type place struct {
	position uint64
	reference
}

// places reads what the feed has at positions, both included.
func (f *Feed) places(ctx context.Context, from, to uint64) ([]place, error) {
	references, err := f.references(ctx, from-1, int(to-from+1))
	if err != nil {
		return nil, err
	}
	found := make([]place, len(references))
	for n, r := range references {
		found[n] = place{from + uint64(n), r}
	}
	return found, nil
}

// read reads the commits at places.
func (f *Feed) read(ctx context.Context, places []place) ([]es.Positioned, error) {
	references := make([]reference, len(places))
	for n, p := range places {
		references[n] = p.reference
	}
	commits, err := f.commits(ctx, references)
	if err != nil {
		return nil, failed("read commits of the feed", err)
	}
	missing := slices.DeleteFunc(slices.Clone(places), func(p place) bool {
		_, there := commits[p.reference]
		return there
	})
	hollow, err := f.hollow(ctx, missing)
	if err != nil {
		return nil, err
	}
	maps.Copy(commits, hollow)
	found := make([]es.Positioned, len(places))
	for n, p := range places {
		found[n] = es.Positioned{Position: p.position, Commit: commits[p.reference]}
	}
	return found, nil
}
