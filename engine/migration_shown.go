package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Behind is the error of a store whose views do not show yet what its feed has.
type Behind struct {
	Place, View string
	Where       string
}

func (e *Behind) Error() string {
	return fmt.Sprintf("the view %s of %s has not come to %s: is anybody at work there who projects?", e.View, e.Place, e.Where)
}

// lastCommits is how many commits of green's feed its views are to show before people write there.
const lastCommits = 1000

// shown waits until green's views show the last commits of its feed, or are parked at them.
func (m *Migration) shown(ctx context.Context) error {
	end, err := m.Green.Feed.End(ctx)
	if err != nil {
		return err
	}
	ends, last := map[es.StreamID]uint64{}, map[string]uint64{}
	for c, err := range CatchUp(ctx, m.Green.Feed, end-min(end, lastCommits)) {
		if err != nil {
			return err
		}
		ends[c.Stream], last[c.Stream.Category()] = max(c.Version, c.Last()), c.Position
		if c.Position >= end {
			break
		}
	}
	for deadline, try := time.Now().Add(m.patience()), 1; ; try++ {
		err := m.behind(ctx, ends, last)
		var behind *Behind
		if !errors.As(err, &behind) || time.Now().After(deadline) {
			return err
		}
		m.tell("wait for green's views", "times", uint64(try), 0)
		if err := betweenSettles.Pause(ctx, try); err != nil {
			return err
		}
	}
}

// behind drops the streams that all views show, and gives a [*Behind] for one that is left. A view of many streams is to have
// come to the last position of each of its categories: behind that nobody wakes it.
func (m *Migration) behind(ctx context.Context, ends map[es.StreamID]uint64, lastOf map[string]uint64) error {
	parked, err := m.Green.Lot.Parked(ctx)
	if err != nil {
		return fmt.Errorf("list what is parked in %s: %w", m.Green.Name, err)
	}
	stuck := func(view string, stream es.StreamID) bool {
		return slices.ContainsFunc(parked, func(p Parked) bool { return p.Consumer == view && p.Stream == stream })
	}
	live := map[*es.ViewDecl]string{}
	for _, view := range m.Green.App.Views() {
		s, err := m.Green.Generations.Standing(ctx, view.Name)
		if err != nil {
			return fmt.Errorf("read the generations in %s: %w", m.Green.Name, err)
		}
		live[view] = GenerationName(view.Name, s.Live)
		if !view.Global {
			continue
		}
		at, err := m.Green.Checkpoints.Applied(ctx, live[view], FeedStream)
		if err != nil {
			return fmt.Errorf("ask how far %s is: %w", view.Name, err)
		}
		end := uint64(0)
		for _, category := range view.Categories {
			end = max(end, lastOf[category])
		}
		if at < end && !stuck(view.Name, FeedStream) {
			return &Behind{m.Green.Name, view.Name, fmt.Sprintf("position %d of the feed", end)}
		}
	}
	for stream, last := range ends {
		for view, name := range live {
			if view.Global || view.Categories[0] != stream.Category() {
				continue
			}
			row, err := m.Green.Views.Row(ctx, name, stream.ID())
			if err != nil {
				return fmt.Errorf("read a row of %s: %w", name, err)
			}
			if row.Version < last && !stuck(view.Name, stream) {
				return &Behind{m.Green.Name, view.Name, fmt.Sprintf("%s@%d", stream, last)}
			}
		}
		delete(ends, stream)
	}
	return nil
}
