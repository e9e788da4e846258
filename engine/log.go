package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/foldstream/foldstream/es"
)

// LogQuery asks for a page of the feed. It is the newest that there is, unless After or Before says otherwise.
type LogQuery struct {
	After, Before *uint64     // positions; nil for none, and never both
	Stream        es.StreamID // of the commits; empty or none for any, as what follows
	Categories    []string    // any of them
	Types         []string    // any of them, of one of a commit's events
	TraceID       string
	Limit         int  // of commits
	Bytes         int  // of the data of events, but for a single commit
	Whole         bool // whether to fail with [ErrArchived] at a commit whose events are in the archive alone
}

// LogPage is what there is between two positions of the feed. Nothing was examined when From is behind To.
type LogPage struct {
	Commits  []es.Positioned // in order
	From, To uint64          // the positions that were examined, both included
	End      uint64          // of the feed
}

const (
	// LogReads is how many commits are read for a page at most.
	LogReads = 2000
	// LogSkips is how many positions a page covers at most, where it is about one stream or some categories: most are passed over by
	// the ids of their streams alone.
	LogSkips = 20_000
	logBatch = 200 // commits that are in memory before they are chosen from
)

// ReadLog reads a page. It examines a bounded number of positions, and so may find fewer than there are, or nothing: the
// caller goes on before From, or behind To.
func ReadLog(ctx context.Context, log Log, q LogQuery) (LogPage, error) {
	end, err := log.End(ctx)
	if err != nil {
		return LogPage{}, err
	}
	r := logReader{LogQuery: q, backward: q.After == nil, page: LogPage{From: 1, To: end, End: end}}
	r.confine()
	if err := r.read(ctx, log); err != nil {
		return LogPage{}, fmt.Errorf("look through the feed from %d to %d: %w", r.page.From, r.page.To, err)
	}
	if r.backward {
		slices.Reverse(r.page.Commits)
	}
	return r.page, nil
}

// logReader fills a page, and narrows what it says of itself when it ends early.
type logReader struct {
	LogQuery
	backward    bool
	page        LogPage
	reads, size int
}

// confine says which positions to examine.
func (r *logReader) confine() {
	most := uint64(LogReads)
	if r.Stream != "" || len(r.Categories) > 0 {
		most = LogSkips
	}
	switch p := &r.page; {
	case !r.backward:
		p.From = min(*r.After, p.End) + 1
		p.To = min(p.End, p.From+most-1)
	default:
		if r.Before != nil {
			p.To = min(p.End, max(*r.Before, 1)-1)
		}
		p.From = max(p.To, most) - most + 1
	}
}

func (r *logReader) read(ctx context.Context, log Log) error {
	for first, last := r.page.From, r.page.To; first <= last; {
		found, err := log.Look(ctx, Look{
			First: first, Last: last, Backward: r.backward, Stream: r.Stream, Categories: r.Categories, Limit: r.batch(),
		})
		if err != nil {
			return err
		}
		for _, c := range found {
			if r.Whole && len(c.Events) == 0 {
				return hollow(c)
			}
			if r.take(c) {
				return nil
			}
			if r.backward {
				last = c.Position - 1
			} else {
				first = c.Position + 1
			}
		}
		if len(found) == 0 {
			return nil
		}
	}
	return nil
}

// batch is how many commits to read at once: no more than have room, if each is wanted.
func (r *logReader) batch() int {
	if len(r.Types) == 0 && r.TraceID == "" {
		return r.Limit - len(r.page.Commits)
	}
	return logBatch
}

// take adds a commit to the page if it is wanted, and reports whether the page ends there.
func (r *logReader) take(c es.Positioned) (ends bool) {
	r.reads++
	if r.wants(c) {
		if r.size += sizeOf(c); len(r.page.Commits) > 0 && r.size > r.Bytes {
			r.end(c.Position, false)
			return true
		}
		r.page.Commits = append(r.page.Commits, c)
	}
	if len(r.page.Commits) < r.Limit && r.reads < LogReads {
		return false
	}
	r.end(c.Position, true)
	return true
}

// end lets the page end at a position.
func (r *logReader) end(at uint64, included bool) {
	switch {
	case r.backward && included:
		r.page.From = at
	case r.backward:
		r.page.From = at + 1
	case included:
		r.page.To = at
	default:
		r.page.To = at - 1
	}
}

func (r *logReader) wants(c es.Positioned) bool {
	return (r.TraceID == "" || c.TraceID == r.TraceID) && (len(r.Categories) == 0 || slices.Contains(r.Categories, c.Stream.Category())) &&
		(len(r.Types) == 0 || slices.ContainsFunc(c.Events, func(e es.Recorded) bool { return slices.Contains(r.Types, e.Type) }))
}

// bare is what a commit takes as JSON without its events, or less; an event without its data takes a quarter of it.
const bare = 512

func sizeOf(c es.Positioned) int {
	bytes := bare
	for _, e := range c.Events {
		bytes += bare/4 + len(e.Data)
	}
	return bytes
}
