package engine

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// Unfed is the error of a store that has commits which do not come into its feed: whoever goes by that would miss them.
type Unfed struct {
	Place   string
	Streams int // that have some; there may be more
	Example Stored
}

func (e *Unfed) Error() string {
	return fmt.Sprintf("%s has %d streams or more with commits that are not in its feed, as %s@%d: its relay is not at work, or has given them up, which the sweeper mends",
		e.Place, e.Streams, e.Example.Stream, e.Example.Version)
}

// allFed waits until every commit that a store holds is in its feed, which is a little later than the store. It looks through
// the whole store.
func (m *Migration) allFed(ctx context.Context, in *Place) error {
	f := &fedCheck{Migration: m, in: in}
	var err error
	if f.known, err = lru.New[es.StreamID, uint64](rememberedHeads); err != nil {
		return err
	}
	looked := uint64(0)
	ask := map[es.StreamID]Stored{}
	for c, err := range in.Inventory.Stored(ctx) {
		if err != nil {
			return err
		}
		if looked++; looked%1000 == 0 {
			m.tell("look for what is not in the feed", "commits", looked, 0)
		}
		if at, known := f.known.Get(c.Stream); known && c.Last <= at || c.Last <= ask[c.Stream].Last {
			continue
		}
		if ask[c.Stream] = c; len(ask) < fedAtOnce {
			continue
		}
		if err := f.await(ctx, ask); err != nil {
			return err
		}
		clear(ask)
	}
	return f.await(ctx, ask)
}

// fedAtOnce is of how many streams is asked in one go how far they are in the feed.
const fedAtOnce = 1000

// fedCheck looks how far streams are in a store's feed.
type fedCheck struct {
	*Migration
	in    *Place
	known *lru.Cache[es.StreamID, uint64]
}

// await waits until these commits are in the feed.
func (f *fedCheck) await(ctx context.Context, commits map[es.StreamID]Stored) error {
	missing := maps.Clone(commits)
	for deadline, try := time.Now().Add(f.patience()), 1; ; try++ {
		if err := f.ask(ctx, missing); err != nil || len(missing) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			e := &Unfed{Place: f.in.Name, Streams: len(missing)}
			for _, e.Example = range missing {
				break
			}
			return e
		}
		f.tell("wait for what is not in the feed yet", "streams", uint64(len(missing)), 0)
		if err := betweenSettles.Pause(ctx, try); err != nil {
			return err
		}
	}
}

// ask drops the commits that are in the feed.
func (f *fedCheck) ask(ctx context.Context, missing map[es.StreamID]Stored) error {
	var mu sync.Mutex
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for stream, c := range maps.Clone(missing) {
		all.Go(func() error {
			at, err := f.in.Books.Fed(ctx, stream)
			if err != nil {
				return err
			}
			if f.known.Add(stream, at); at >= c.Last {
				mu.Lock()
				defer mu.Unlock()
				delete(missing, stream)
			}
			return nil
		})
	}
	return all.Wait()
}

// patience is how long to wait for rows to become the same, and for stores to come to rest.
func (m *Migration) patience() time.Duration {
	if m.Patience == 0 {
		return usualPatience
	}
	return m.Patience
}
