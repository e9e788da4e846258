package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Moment is an event of a stream, and when it was.
type Moment struct {
	Version uint64    `json:"version"`
	Type    string    `json:"type"`
	Time    time.Time `json:"time"`
	TraceID string    `json:"traceId"`
}

// About is what is known of a stream beside its events.
type About struct {
	Stream    es.StreamID       `json:"stream"`
	Commits   uint64            `json:"commits"`
	Events    uint64            `json:"events"`
	Bytes     uint64            `json:"bytes"` // of the events' data
	Eras      int               `json:"eras"`
	First     Moment            `json:"first"`
	Last      Moment            `json:"last"`
	Types     map[string]uint64 `json:"types"`
	Snapshots []Reach           `json:"snapshots,omitempty"`
	Consumers []Reach           `json:"consumers,omitempty"` // those that have begun with the stream
	Parked    []Parked          `json:"parked,omitempty"`
}

// Reach is up to which version somebody is.
type Reach struct {
	Name    string `json:"name"`
	Version uint64 `json:"version"`
}

// ErrNoStream is the error of asking about a stream without events.
var ErrNoStream = errors.New("there are no events")

// About reads what is known of a stream, all of which it reads. It costs the checkpoint or the row of each consumer besides.
func (i *Installation) About(ctx context.Context, stream es.StreamID) (About, error) {
	a := About{Stream: stream, Types: map[string]uint64{}}
	for c, err := range Read(ctx, i.Whole(), stream, 0) {
		if err != nil {
			return a, err
		}
		a.count(c)
	}
	if a.Commits == 0 {
		return a, fmt.Errorf("%s: %w", stream, ErrNoStream)
	}
	for _, read := range []func(context.Context, *About) error{i.snapshotsOf, i.reachesOf, i.parkedOf} {
		if err := read(ctx, &a); err != nil {
			return a, err
		}
	}
	return a, nil
}

func (a *About) count(c es.Commit) {
	a.Commits++
	a.Eras = max(a.Eras, c.Era+1)
	for n, e := range c.Events {
		a.Events++
		a.Bytes += uint64(len(e.Data))
		a.Types[e.Type]++
		a.Last = Moment{Version: c.Version + uint64(n), Type: e.Type, Time: c.Time, TraceID: c.TraceID}
		if a.Events == 1 {
			a.First = a.Last
		}
	}
}

func (i *Installation) snapshotsOf(ctx context.Context, a *About) error {
	for _, fold := range i.App.FoldersOf(a.Stream.Category()) {
		if fold.Traits().Snapshot == 0 {
			continue
		}
		s, err := i.Commands.Snapshots.Snapshot(ctx, fold.FoldID(), a.Stream)
		if err != nil {
			return fmt.Errorf("look for a snapshot of %s: %w", a.Stream, err)
		}
		if s.Version > 0 {
			a.Snapshots = append(a.Snapshots, Reach{fold.StateName(), s.Version})
		}
	}
	return nil
}

// reachesOf finds how far those are who are about the stream's category. A view of one stream's progress is its row.
func (i *Installation) reachesOf(ctx context.Context, a *About) error {
	category := a.Stream.Category()
	add := func(name string, version uint64, err error) error {
		if err != nil {
			return fmt.Errorf("read how far %s is in %s: %w", name, a.Stream, err)
		}
		if version > 0 {
			a.Consumers = append(a.Consumers, Reach{name, version})
		}
		return nil
	}
	for _, v := range i.App.Views() {
		if v.Global || !slices.Contains(v.Categories, category) {
			continue
		}
		s, err := i.Generations.Standing(ctx, v.Name)
		if err != nil {
			return fmt.Errorf("read the generations of %s: %w", v.Name, err)
		}
		row, err := i.Views.Row(ctx, GenerationName(v.Name, s.Live), a.Stream.ID())
		if err := add(v.Name, row.Version, err); err != nil {
			return err
		}
	}
	names := []string{NotifierName}
	for _, d := range i.App.Sagas() {
		if slices.Contains(d.Listens, category) {
			names = append(names, d.Name)
		}
	}
	for _, d := range i.App.Listeners() {
		if slices.Contains(d.Listens, category) {
			names = append(names, d.Name)
		}
	}
	for _, name := range names {
		version, err := i.Checkpoints.Applied(ctx, name, a.Stream)
		if err := add(name, version, err); err != nil {
			return err
		}
	}
	return nil
}

func (i *Installation) parkedOf(ctx context.Context, a *About) error {
	all, err := i.Lot.Parked(ctx)
	if err != nil {
		return fmt.Errorf("list what is parked: %w", err)
	}
	a.Parked = slices.DeleteFunc(all, func(p Parked) bool { return p.Stream != a.Stream })
	return nil
}
