package engine

import (
	"context"
	"fmt"
	"hash/maphash"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// streamsInMind is how many streams a walk through the feed keeps in mind, at some 40 bytes each.
const streamsInMind = 1_000_000

// shard is a part of all streams: those whose hash has certain last bits.
type shard struct {
	mask, bits uint64
	told       uint64 // position up to which another walk has told what is wrong with them
}

// fedStreams knows of the streams of a shard how far they are in the feed.
type fedStreams struct {
	shard
	seed maphash.Seed
	most int
	next map[uint64]uint64 // version of the next event; with archivedBit, a version that it is behind
	rest []shard           // that were given up
	at   uint64            // position that has been read
}

// archivedBit marks a stream whose last commit in the feed has been archived: where that ended cannot be told.
const archivedBit = 1 << 63

func (f *fedStreams) of(stream es.StreamID) (key uint64, ours bool) {
	key = maphash.String(f.seed, string(stream))
	return key, key&f.mask == f.bits
}

// set takes note of a stream. When there are too many, half of them are left to another walk.
func (f *fedStreams) set(key, next uint64) {
	f.next[key] = next
	for len(f.next) > f.most {
		bit := f.mask + 1
		f.rest = append(f.rest, shard{f.mask | bit, f.bits | bit, max(f.told, f.at)})
		f.mask |= bit
		for key := range f.next {
			if key&f.mask != f.bits {
				delete(f.next, key)
			}
		}
	}
}

// has reports whether the feed has a stream's events up to a version.
func (f *fedStreams) has(key, last uint64) bool {
	next := f.next[key]
	return next&archivedBit != 0 && last <= next&^archivedBit || next&archivedBit == 0 && last < next
}

// streams walks through the feed, looks at each stream where it begins there, and holds the feed and the store against each
// other.
func (w *verifying) streams(ctx context.Context) error {
	most, seed := w.inMind(streamsInMind), maphash.MakeSeed()
	for shards := []shard{{}}; len(shards) > 0; shards = shards[1:] {
		f := &fedStreams{shard: shards[0], seed: seed, most: most, next: map[uint64]uint64{}}
		first := f.mask == 0
		if err := w.walk(ctx, f, first); err != nil {
			return err
		}
		if err := w.compareWithStore(ctx, f, first); err != nil {
			return err
		}
		if err := w.strays(ctx, f, first); err != nil {
			return err
		}
		shards = append(shards, f.rest...)
	}
	return nil
}

// walk reads the feed from where it has been read. The first walk visits streams, and checks the feed's positions.
func (w *verifying) walk(ctx context.Context, f *fedStreams, first bool) error {
	visits, ctx := errgroup.WithContext(ctx)
	visits.SetLimit(atOnce)
	visits.Go(func() error {
		for {
			end, err := w.Feed.End(ctx)
			if err != nil {
				return fmt.Errorf("find the end of the feed: %w", err)
			}
			if f.at >= end {
				return nil
			}
			commits, err := w.page(ctx, f, end, first)
			if err != nil {
				return err
			}
			for _, c := range commits {
				w.fed(f, c, first)
				if first && c.Version == 1 {
					visits.Go(func() error { return w.visit(ctx, c.Stream) })
				}
			}
			w.tell("feed", "commits", f.at, end)
		}
	})
	if err := visits.Wait(); err != nil {
		return err
	}
	if first {
		w.count(func(v *Verified) { v.Positions = f.at })
	}
	return nil
}

// page reads on in the feed. What of it cannot be read is told, and left out.
func (w *verifying) page(ctx context.Context, f *fedStreams, end uint64, first bool) ([]es.Positioned, error) {
	commits, err := w.Feed.Read(ctx, f.at, catchUpPage)
	if err == nil && len(commits) > 0 {
		return commits, nil
	}
	from, why := f.at+1, noCommit
	for f.at < end {
		if commits, err = w.Feed.Read(ctx, f.at, 1); err != nil && !isFault(err) {
			return nil, fmt.Errorf("read the feed behind position %d: %w", f.at, err)
		}
		if err == nil && len(commits) > 0 {
			break
		}
		if err != nil {
			why = err.Error()
		}
		f.at++
	}
	if first && from <= f.at {
		w.found(Finding{Check: CheckFeed, Where: positions(from, f.at), Expected: "a commit at each position", Found: why, Next: nextRestore})
	}
	return commits, nil
}

const noCommit = "no commit"

func positions(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("position %d", from)
	}
	return fmt.Sprintf("positions %d to %d", from, to)
}

// fed takes the next commit of the feed.
func (w *verifying) fed(f *fedStreams, c es.Positioned, first bool) {
	if first && c.Position != f.at+1 {
		w.found(Finding{
			Check: CheckFeed, Where: positions(f.at+1, c.Position-1), Expected: "a commit at each position", Found: noCommit, Next: nextRestore,
		})
	}
	f.at = c.Position
	key, ours := f.of(c.Stream)
	if !ours {
		return
	}
	next, known := f.next[key]
	behind := next &^ archivedBit
	expected, found := "", ""
	switch {
	case !known && c.Version != 1:
		expected, found = "version 1", "version %d: what came before is not in the feed"
	case known && next&archivedBit == 0 && c.Version > next:
		expected, found = fmt.Sprintf("version %d", next), "version %d: what is between is not in the feed"
	case known && (next&archivedBit == 0 && c.Version < next || next&archivedBit != 0 && c.Version <= behind):
		expected, found = fmt.Sprintf("version %d", behind), "version %d, which the feed has been past"
	}
	if found != "" && c.Position > f.told {
		w.found(Finding{
			Check: CheckFeed, Where: fmt.Sprintf("%s at position %d", c.Stream, c.Position), Expected: expected, Found: fmt.Sprintf(found, c.Version), Next: nextRestore,
		})
	}
	if known && c.Version <= behind && (next&archivedBit != 0 || c.Version < next) {
		return
	}
	if len(c.Events) == 0 {
		f.set(key, c.Version|archivedBit)
		return
	}
	f.set(key, c.Last()+1)
}

// unfed is how many commits of the store at most wait to be found in the feed.
const unfed = 10_000

// compareWithStore looks for commits of the store that are not in the feed.
func (w *verifying) compareWithStore(ctx context.Context, f *fedStreams, first bool) error {
	var waiting []Stored
	for c, err := range w.Inventory.Stored(ctx) {
		if err != nil {
			return err
		}
		if first {
			w.count(func(v *Verified) { v.Commits++ })
			w.tell("store", "commits", w.sum.Commits, f.at)
		}
		if key, ours := f.of(c.Stream); !ours || f.has(key, c.Last) {
			continue
		}
		if waiting = append(waiting, c); len(waiting) < unfed {
			continue
		}
		if err := w.awaitFeed(ctx, f, waiting, first); err != nil {
			return err
		}
		waiting = nil
	}
	return w.awaitFeed(ctx, f, waiting, first)
}

// awaitFeed waits for commits to come into the feed, which is a little later than the store.
func (w *verifying) awaitFeed(ctx context.Context, f *fedStreams, waiting []Stored, first bool) error {
	deadline := w.patience()
	for try := 1; len(waiting) > 0; try++ {
		if err := w.walk(ctx, f, first); err != nil {
			return err
		}
		var late []Stored
		for _, c := range waiting {
			if key, ours := f.of(c.Stream); ours && !f.has(key, c.Last) {
				late = append(late, c)
			}
		}
		if waiting = late; len(waiting) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			break
		}
		if err := betweenComparisons.Pause(ctx, try); err != nil {
			return err
		}
	}
	for _, c := range waiting {
		w.found(Finding{
			Check: CheckFeed, Where: fmt.Sprintf("%s at version %d", c.Stream, c.Version), Expected: "the commit of the store in the feed",
			Found: "it is not there", Next: nextSweep,
		})
	}
	w.waitedInVain(len(waiting) > 0)
	return nil
}
