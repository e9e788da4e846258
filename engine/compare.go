package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// Comparison is how the rows of two generations differ, each at a moment when both were at the same version.
type Comparison struct {
	Rows      uint64       `json:"rows"` // of the live generation and of the other
	Different uint64       `json:"different"`
	Examples  []Difference `json:"examples,omitempty"` // the first differences
	Parked    []Parked     `json:"parked,omitempty"`   // what the live generation is stuck at, and the other may be
	Stuck     []Stuck      `json:"stuck,omitempty"`    // the first that the fold cannot take now
	Skipped   []Stuck      `json:"skipped,omitempty"`  // the first that it cannot take, and an operator had the live generation leave out
}

// Difference is a row that differs between the live generation and another one.
type Difference struct {
	View  string `json:"view"`
	Row   string `json:"row"`
	What  string `json:"what"`
	Live  Side   `json:"live"`
	Other Side   `json:"other"`
}

// Side is a row of one of two generations.
type Side struct {
	Version uint64         `json:"version"`
	Doc     jsontext.Value `json:"doc,omitempty"`
	Keys    []es.Key       `json:"keys,omitempty"`
}

// What can differ.
const (
	DocDiffers   = "the documents differ"
	KeysDiffer   = "the places in indexes differ"
	NotLive      = "the live generation lacks the row"
	OnlyLive     = "only the live generation has the row"
	LiveIsBehind = "the live generation is behind"
	LiveIsAhead  = "the live generation is ahead"
)

const (
	examples = 100   // of differences that a comparison keeps, and of what is stuck
	waiting  = 10000 // rows at most that are looked at again; more are different as they stand

	usualPatience = 30 * time.Second
)

var betweenComparisons = Backoff{First: 20 * time.Millisecond, Longest: time.Second}

// comparing is a comparison under way.
type comparing struct {
	*filler
	live, other string // names of the generations

	mu      sync.Mutex
	found   Comparison
	pending map[string]uint64 // rows that are to be looked at again, with the live version when they were seen first
	rows    atomic.Uint64
}

func (r *Rebuild) compared(ctx context.Context, f *filler) (*Rebuilt, error) {
	f.phase = PhaseCompare
	c := &comparing{
		filler: f, pending: map[string]uint64{},
		live: GenerationName(r.View.Name, f.live), other: GenerationName(r.View.Name, f.generation),
	}
	if err := c.run(ctx); err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", c.live, c.other, err)
	}
	c.found.Rows = c.rows.Load()
	return &Rebuilt{
		View: r.View.Name, Generation: f.generation, Was: f.live, Events: f.events, Position: f.position, Comparison: c.found,
	}, nil
}

func (c *comparing) run(ctx context.Context) error {
	if err := c.scan(ctx, c.live, func(Row) bool { return true }); err != nil {
		return err
	}
	// What both have has been looked at.
	if err := c.scan(ctx, c.other, func(live Row) bool { return live.Version == 0 }); err != nil {
		return err
	}
	if err := c.again(ctx); err != nil {
		return err
	}
	return c.explain(ctx)
}

// scan compares the rows that one of the generations has, as far as the live row is one to look at.
func (c *comparing) scan(ctx context.Context, name string, wanted func(live Row) bool) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for row, err := range c.Views.Rows(ctx, name) {
		if err != nil {
			return errors.Join(err, all.Wait())
		}
		id := row.ID
		all.Go(func() error {
			live, other, err := c.both(ctx, id)
			if err != nil || !wanted(live) {
				return err
			}
			c.look(id, live, other, false)
			return nil
		})
	}
	return all.Wait()
}

// both reads a row of both generations.
func (c *comparing) both(ctx context.Context, id string) (live, other Row, err error) {
	err = patiently(ctx, func() (err error) {
		if live, err = c.Views.Row(ctx, c.live, id); err == nil {
			other, err = c.Views.Row(ctx, c.other, id)
		}
		return err
	})
	return live, other, err
}

// look compares a row. One that is not at the same version in both is looked at again, unless this is the last time.
func (c *comparing) look(id string, live, other Row, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if live.Version != other.Version && !last && len(c.pending) < waiting {
		if _, seen := c.pending[id]; !seen {
			c.pending[id] = live.Version
		}
		return
	}
	c.done(id)
	what := difference(live, other)
	if what == "" {
		return
	}
	if c.found.Different++; len(c.found.Examples) < examples {
		c.found.Examples = append(c.found.Examples, Difference{
			View: c.View.Name, Row: id, What: what, Live: Side(live), Other: Side(other),
		})
	}
}

// done counts a row as compared.
func (c *comparing) done(id string) {
	delete(c.pending, id)
	if n := c.rows.Add(1); n%1000 == 0 {
		c.tell(c.Rebuilding())
	}
}

// Rebuilding tells how far it is.
func (c *comparing) Rebuilding() Rebuilding {
	p := c.filler.Rebuilding()
	p.Rows = c.rows.Load()
	return p
}

// again looks at rows that moved while they were compared, or that one generation has not been given yet, until each has been
// seen at the same version in both. Patience ends with those that stand still.
func (c *comparing) again(ctx context.Context) error {
	patience := c.Patience
	if patience == 0 {
		patience = usualPatience
	}
	deadline := time.Now().Add(patience)
	parked, err := c.parked(ctx)
	if err != nil {
		return err
	}
	for try := 1; len(c.pending) > 0; try++ {
		if err := c.fill(ctx); err != nil {
			return err
		}
		last := time.Now().After(deadline)
		for id, seen := range c.pending {
			if err := c.lookAgain(ctx, id, seen, parked, last); err != nil {
				return err
			}
		}
		if len(c.pending) > 0 {
			if err := betweenComparisons.Pause(ctx, try); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *comparing) lookAgain(ctx context.Context, id string, seen uint64, parked []Parked, last bool) error {
	if !c.View.Global { // the store itself may be ahead of the feed
		if err := c.bring(ctx, es.NewStreamID(c.View.Categories[0], id)); err != nil {
			return err
		}
	}
	live, other, err := c.both(ctx, id)
	if err != nil {
		return err
	}
	stands := slices.ContainsFunc(parked, func(p Parked) bool {
		return c.View.Global || p.Stream.ID() == id && live.Version == p.Version-1
	})
	switch {
	case live.Version != other.Version && stands: // what is parked is not to be seen at the same version
		c.done(id)
		return nil
	case last && live.Version > seen && live.Version < other.Version && !c.View.Global: // it moves all the time
		if other, err = c.foldTo(ctx, id, live.Version); err != nil {
			return err
		}
	}
	c.look(id, live, other, last)
	return nil
}

// foldTo gives a row as it should be at a version.
func (c *comparing) foldTo(ctx context.Context, id string, version uint64) (Row, error) {
	row := c.projector.blank(c.generation, id)
	for commit, err := range Read(ctx, c.Events, es.NewStreamID(c.View.Categories[0], id), 0) {
		if err != nil || commit.Last() > version {
			return row.was, err
		}
		if err := follows(ctx, row, commit); err != nil {
			return Row{}, err
		}
		if row.was, err = row.now(); err != nil {
			return Row{}, err
		}
	}
	return row.was, nil
}

// explain adds what is stuck.
func (c *comparing) explain(ctx context.Context) (err error) {
	c.found.Parked, err = c.parked(ctx)
	for _, s := range c.stuck {
		c.found.Stuck = append(c.found.Stuck, s)
	}
	c.found.Skipped = c.skipped
	return err
}
