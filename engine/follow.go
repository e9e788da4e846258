package engine

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Following says what of the feed somebody wants to see, and how often to look whether it goes on.
type Following struct {
	LogQuery              // but for its places and bounds
	After         uint64  // position
	Ends          bool    // at the end of the feed, instead of waiting there
	Look          Backoff // at an end that stays where it is
	WhileBusy     Backoff // after a look that the store was too busy for
	Busy, Reached func()  // called on such a look, and at each end; nil for nobody
}

// A page of a feed that is followed.
const (
	followedCommits = 500
	followedBytes   = 4 << 20
)

// Follow yields the commits that are wanted of the feed, in its order, as it goes on. A store that is busy is asked again. It
// ends after the first other error; when the context ends it gives that as one.
func Follow(ctx context.Context, log Log, f Following) iter.Seq2[es.Positioned, error] {
	return func(yield func(es.Positioned, error) bool) {
		at, tries, idle := f.After, 0, 0
		q := f.LogQuery
		q.After, q.Before, q.Limit, q.Bytes = &at, nil, followedCommits, followedBytes
		for {
			page, err := ReadLog(ctx, log, q)
			switch {
			case err != nil && ctx.Err() == nil && passes(err):
				tries++
				called(f.Busy)
				err = f.WhileBusy.Pause(ctx, tries)
			case err == nil:
				tries = 0
				for _, c := range page.Commits {
					if !yield(c, nil) {
						return
					}
				}
				if page.From <= page.To {
					at, idle = page.To, 0
				}
				if at < page.End {
					continue
				}
				called(f.Reached)
				if f.Ends {
					return
				}
				idle++
				err = wait(ctx, f.Look.after(idle))
			}
			if err != nil {
				yield(es.Positioned{}, err)
				return
			}
		}
	}
}

func called(f func()) {
	if f != nil {
		f()
	}
}

// after is how long to wait before a try, without jitter; tries is how many there have been, from 1.
func (b Backoff) after(tries int) time.Duration {
	long := b.First
	for ; tries > 1 && long < b.Longest; tries-- {
		long *= 2
	}
	return min(long, b.Longest)
}

// Last gives the position behind which the last n commits of the feed are that are wanted. It looks for them from the end,
// through all of the feed if there are fewer.
func Last(ctx context.Context, log Log, q LogQuery, n int) (after uint64, err error) {
	q.After, q.Bytes = nil, followedBytes
	for n > 0 {
		q.Limit = min(n, followedCommits)
		page, err := ReadLog(ctx, log, q)
		if err != nil {
			return 0, err
		}
		n -= len(page.Commits)
		if n <= 0 {
			return page.Commits[0].Position - 1, nil
		}
		if page.From <= 1 || page.From > page.To {
			return 0, nil
		}
		q.Before = &page.From
	}
	return log.End(ctx)
}

// outOfTurn is how many positions later a commit may stand in the feed than one that was made after it: those of many
// processes come to it by many ways.
const outOfTurn = 200

// Since gives a position of the feed behind which all commits are that were made at a time or later, and few others. It reads
// some 20 commits.
func Since(ctx context.Context, feed Feed, at time.Time) (after uint64, err error) {
	end, err := feed.End(ctx)
	if err != nil {
		return 0, fmt.Errorf("find the end of the feed: %w", err)
	}
	first := sort.Search(int(end), func(n int) bool { // the n-th commit is the one behind position n
		if err != nil {
			return true
		}
		var found []es.Positioned
		if found, err = feed.Read(ctx, uint64(n), 1); err != nil {
			return true
		}
		return len(found) == 0 || !found[0].Time.Before(at)
	})
	if err != nil {
		return 0, fmt.Errorf("look for %s in the feed: %w", at.Format(time.RFC3339), err)
	}
	return uint64(max(0, first-outOfTurn)), nil
}

// Only gives the events of a commit that a query is about, by their place in it.
func (q LogQuery) Only(c es.Commit) iter.Seq2[int, es.Recorded] {
	return func(yield func(int, es.Recorded) bool) {
		for i, e := range c.Events {
			if (len(q.Types) == 0 || slices.Contains(q.Types, e.Type)) && !yield(i, e) {
				return
			}
		}
	}
}
