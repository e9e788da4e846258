package engine

import (
	"context"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Stats are figures of commits of the feed, counted in one pass. They take the same memory however many there are.
type Stats struct {
	From, To   uint64               `json:"-"`
	Commits    uint64               `json:"commits"`
	Events     uint64               `json:"events"`
	Bytes      uint64               `json:"bytes"`   // of the events' data
	Streams    uint64               `json:"streams"` // that begin here
	Hollow     uint64               `json:"hollow"`  // commits whose events are in the archive only
	First      time.Time            `json:"first,omitzero"`
	Last       time.Time            `json:"last,omitzero"`
	Categories map[string]*Tally    `json:"categories"`
	Types      map[string]*Tally    `json:"types"` // by "category Type"
	Lately     map[string]RateCount `json:"lately"`
	ByEvents   []Heavy              `json:"mostEvents"`
	ByBytes    []Heavy              `json:"mostBytes"`
	Hottest    []Heavy              `json:"hottest"` // by commits in the last day
}

// Tally counts.
type Tally struct {
	Streams uint64 `json:"streams,omitzero"`
	Commits uint64 `json:"commits,omitzero"`
	Events  uint64 `json:"events"`
	Bytes   uint64 `json:"bytes"`
}

// RateCount is what happened in the last of some time.
type RateCount struct {
	Commits uint64 `json:"commits"`
	Events  uint64 `json:"events"`
}

// lately are the times of which it is told how much happened in the last of them.
var lately = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// heavyStreams is how many streams are watched for those that are the biggest: with so many or fewer in all, all figures are
// exact; else a figure is too high by the total's share of one in so many at most.
const heavyStreams = 20_000

// Count counts the commits of the feed behind a position, for the top streams of each kind. Seen is called now and then.
func Count(ctx context.Context, feed Feed, after uint64, now time.Time, top int, seen func(position uint64)) (*Stats, error) {
	s := &Stats{From: after, To: after, Categories: map[string]*Tally{}, Types: map[string]*Tally{}, Lately: map[string]RateCount{}}
	events, bytes, commits := newHeavies(heavyStreams), newHeavies(heavyStreams), newHeavies(heavyStreams)
	for c, err := range CatchUp(ctx, feed, after) {
		if err != nil {
			return nil, err
		}
		size := s.add(c, now)
		events.add(c.Stream, uint64(len(c.Events)))
		bytes.add(c.Stream, size)
		if now.Sub(c.Time) < lately["day"] {
			commits.add(c.Stream, 1)
		}
		if c.Position%followedCommits == 0 {
			seen(c.Position)
		}
	}
	s.ByEvents, s.ByBytes, s.Hottest = events.top(top), bytes.top(top), commits.top(top)
	return s, nil
}

// add counts a commit, and gives the size of its data.
func (s *Stats) add(c es.Positioned, now time.Time) (size uint64) {
	s.Commits, s.To = s.Commits+1, c.Position
	if s.First.IsZero() || c.Time.Before(s.First) {
		s.First = c.Time
	}
	if c.Time.After(s.Last) {
		s.Last = c.Time
	}
	category := tallyOf(s.Categories, c.Stream.Category())
	category.Commits++
	if c.Version == 1 {
		s.Streams++
		category.Streams++
	}
	if len(c.Events) == 0 {
		s.Hollow++
	}
	for _, e := range c.Events {
		t := tallyOf(s.Types, c.Stream.Category()+" "+e.Type)
		n := uint64(len(e.Data))
		t.Events, t.Bytes, size = t.Events+1, t.Bytes+n, size+n
	}
	s.Events, s.Bytes = s.Events+uint64(len(c.Events)), s.Bytes+size
	category.Events, category.Bytes = category.Events+uint64(len(c.Events)), category.Bytes+size
	for name, long := range lately {
		if now.Sub(c.Time) < long {
			r := s.Lately[name]
			s.Lately[name] = RateCount{r.Commits + 1, r.Events + uint64(len(c.Events))}
		}
	}
	return size
}

func tallyOf(all map[string]*Tally, name string) *Tally {
	t := all[name]
	if t == nil {
		t = &Tally{}
		all[name] = t
	}
	return t
}
