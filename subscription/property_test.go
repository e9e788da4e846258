package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/subscription"
)

var fast = engine.Backoff{First: time.Microsecond, Longest: 100 * time.Microsecond}

var errCrash = errors.New("the process is gone")

// trouble strikes now and then, as it was drawn.
type trouble struct {
	mu    sync.Mutex
	times []int // after how many calls of whatever it strikes
	at    int
	calls int
}

func (f *trouble) strikes() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.at == len(f.times) || f.calls < f.times[f.at] {
		return false
	}
	f.at, f.calls = f.at+1, 0
	return true
}

// subscriber handles commits until it crashes, and keeps what it saw.
type subscriber struct {
	mu      sync.Mutex
	seen    []uint64 // by all of its lives
	last    map[es.StreamID]uint64
	busy    map[es.StreamID]bool
	wrong   error
	failing *trouble
}

// begin is a life.
func (s *subscriber) begin() { s.last, s.busy = map[es.StreamID]uint64{}, map[es.StreamID]bool{} }

func (s *subscriber) handle(_ context.Context, c es.Positioned) error {
	s.mu.Lock()
	if s.busy[c.Stream] {
		s.wrong = fmt.Errorf("two of %s are handled at once", c.Stream)
	}
	s.busy[c.Stream] = true
	s.mu.Unlock()
	failed := s.failing.strikes()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[c.Stream] = false
	if failed {
		return errShaky
	}
	if s.last[c.Stream] >= c.Position {
		s.wrong = fmt.Errorf("in %s position %d comes behind %d", c.Stream, c.Position, s.last[c.Stream])
	}
	s.last[c.Stream] = c.Position
	s.seen = append(s.seen, c.Position)
	return nil
}

// TestASubscriberSeesTheFeed has commits arrive in bursts, and the source, the handler, the checkpoint and the process fail
// at any time. What the subscriber has seen in the end is the feed as far as it was asked for.
func TestASubscriberSeesTheFeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bursts := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]string{"a-1", "a-2", "b-1", "b-2", "c-1"}), 1, 30), 1, 8).Draw(t, "bursts")
		filter := subscription.Filter{Categories: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "x"}), 0, 2, rapid.ID).Draw(t, "categories")}
		parallel := rapid.IntRange(0, 4).Draw(t, "parallel")
		times := rapid.SliceOfN(rapid.IntRange(1, 25), 0, 8)
		source, crashes := &trouble{times: times.Draw(t, "source")}, &trouble{times: times.Draw(t, "crashes")}
		page := rapid.IntRange(1, 40).Draw(t, "page")
		s := &subscriber{failing: &trouble{times: times.Draw(t, "handler")}}
		saving := &trouble{times: times.Draw(t, "saving")}

		b, total := newBook(), 0
		var want []uint64
		for _, streams := range bursts {
			for _, stream := range streams {
				total++
				if len(filter.Categories) == 0 || slices.Contains(filter.Categories, es.StreamID(stream).Category()) {
					want = append(want, uint64(total))
				}
			}
		}
		go func() {
			for _, streams := range bursts {
				b.add("Happened", streams...)
				time.Sleep(50 * time.Microsecond)
			}
		}()
		memory := &memo{}
		for lives := 0; memory.position < uint64(total); lives++ {
			ctx, end := context.WithTimeout(context.Background(), 30*time.Second)
			crashed := false
			memory.fail = func() error {
				switch {
				case crashed:
					return errCrash
				case crashes.strikes():
					crashed = true
					end()
					return errCrash
				case saving.strikes():
					return errShaky
				}
				return nil
			}
			s.begin()
			from, before := memory.position, len(s.seen)
			err := subscription.Run(ctx, subscription.Options{
				Source: shaky{b.source(), func(string) bool { return source.strikes() }, page}, Checkpoint: memory, Filter: filter,
				Parallel: parallel, Backoff: fast, Progress: func(p subscription.Progress) {
					if p.Position != memory.position || p.Lag() > uint64(total) {
						s.wrong = fmt.Errorf("it tells of %+v, and is at %d", p, memory.position)
					}
					if p.Position == uint64(total) {
						end()
					}
				},
			}, s.handle)
			timedOut := errors.Is(ctx.Err(), context.DeadlineExceeded)
			end()
			life := s.seen[before:]
			switch {
			case timedOut:
				t.Fatalf("it is stuck at %d of %d", memory.position, total)
			case s.wrong != nil:
				t.Fatal(s.wrong)
			case crashed != (err != nil) || err != nil && !errors.Is(err, errCrash):
				t.Fatalf("it ends with %v", err)
			case len(life) > 0 && slices.Min(life) <= from:
				t.Fatalf("it goes on at %v behind %d", life, from)
			case parallel < 2 && !slices.IsSorted(life):
				t.Fatalf("it sees %v", life)
			}
		}
		slices.Sort(s.seen)
		if got := slices.Compact(s.seen); !slices.Equal(got, want) {
			t.Fatalf("it saw %v, want %v", got, want)
		}
	})
}
