package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Verify proves that a store is whole: that its streams join, its feed has all of them, and that what is made of events is
// what the events say. It writes nothing, and commits may come in meanwhile. Its memory does not grow with the store.
type Verify struct {
	App         *es.App
	Events      Loader // whole and opened, as folds see it
	Feed        Feed
	Whole       Feed // opened
	Views       WholeViews
	Generations Generations
	Snapshots   Snapshots // nil where there are none
	Lot         ParkingLot
	Agenda      Agenda
	Connections Connections
	Inventory   Inventory

	Patience time.Duration // for what is late: the feed behind the store, rows behind their streams
	Found    func(Finding) // called by one goroutine at a time
	Progress func(Working) // likewise; nil for nobody
	Streams  int           // that are kept in mind at once, in place of [streamsInMind]; the feed is read again for more
}

// Finding is something that is wrong.
type Finding struct {
	Check    string `json:"check"` // one of the Check constants
	Where    string `json:"where"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
}

// What is checked.
const (
	CheckFeed       = "feed"
	CheckStream     = "stream"
	CheckView       = "view"
	CheckSnapshot   = "snapshot"
	CheckUnique     = "unique"
	CheckTimer      = "timer"
	CheckConnection = "connection"
)

// Verified is what has been looked at.
type Verified struct {
	Positions     uint64 `json:"positions"` // of the feed
	Commits       uint64 `json:"commits"`   // in the store
	Streams       uint64 `json:"streams"`
	Events        uint64 `json:"events"`         // that were folded
	Archived      uint64 `json:"archived"`       // streams of which a part cannot be read here
	Rows          uint64 `json:"rows"`           // of views
	Snapshots     uint64 `json:"snapshots"`      // that are of folds of this program
	Stale         uint64 `json:"staleSnapshots"` // that are of other folds, and are as good as none
	Unique        uint64 `json:"unique"`         // values that are held
	Timers        uint64 `json:"timers"`
	TimersSoon    uint64 `json:"timersSoon"` // that are due in some minutes, which the store can only count
	Subscriptions uint64 `json:"subscriptions"`
	Leaving       uint64 `json:"leavingSubscriptions"` // of connections that are over
	Findings      uint64 `json:"findings"`
}

// Verify prepares the installation's verification.
func (i *Installation) Verify() *Verify {
	return &Verify{
		App: i.App, Events: i.Whole(), Feed: i.Feed, Whole: i.Seals.Feed(i.Feed), Views: i.Views, Generations: i.Generations,
		Snapshots: i.Commands.Snapshots, Lot: i.Lot, Agenda: i.Agenda, Connections: i.Connections, Inventory: i.Inventory,
	}
}

// verifying is a verification under way.
type verifying struct {
	*Verify
	live    map[string]uint64 // generations of views when it began
	pending []lateRow

	mu   sync.Mutex
	sum  Verified
	last time.Time // that progress was told
}

// Run verifies everything. What is wrong is told as it is found; an error is what kept it from looking at something.
func (v *Verify) Run(ctx context.Context) (Verified, error) {
	w := &verifying{Verify: v, live: map[string]uint64{}}
	if err := w.standings(ctx); err != nil {
		return w.sum, err
	}
	var failures []error
	for _, check := range []func(context.Context) error{w.streams, w.lateRows, w.manyStreams, w.timers, w.connections} {
		if err := check(ctx); ctx.Err() != nil {
			return w.sum, ctx.Err()
		} else if err != nil {
			failures = append(failures, err)
		}
	}
	return w.sum, errors.Join(failures...)
}

// standings reads which generations are live. Views that are being switched are looked at again.
func (w *verifying) standings(ctx context.Context) error {
	for _, view := range w.App.Views() {
		s, err := w.Generations.Standing(ctx, view.Name)
		if err != nil {
			return fmt.Errorf("read the generations of %s: %w", view.Name, err)
		}
		w.live[view.Name] = s.Live
	}
	return nil
}

// found tells what is wrong.
func (w *verifying) found(check, where, expected, found string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sum.Findings++
	if w.Found != nil {
		w.Found(Finding{Check: check, Where: where, Expected: expected, Found: fmt.Sprintf(found, args...)})
	}
}

// count adds to the sum.
func (w *verifying) count(change func(*Verified)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.sum)
}

// betweenTold is how often progress is told at most.
const betweenTold = 50 * time.Millisecond

func (w *verifying) tell(doing, unit string, done, total uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now(); w.Progress != nil && now.Sub(w.last) > betweenTold {
		w.last = now
		w.Progress(Working{doing, unit, done, total})
	}
}

// patience is how long to wait for what is late.
func (w *verifying) patience() time.Time {
	if w.Patience == 0 {
		return time.Now().Add(usualPatience)
	}
	return time.Now().Add(w.Patience)
}

// isThere reports whether a stream has events.
func (w *verifying) isThere(ctx context.Context, stream es.StreamID) (bool, error) {
	for _, err := range w.Events.Load(ctx, stream, 0) {
		if err != nil && !isFault(err) {
			return false, fmt.Errorf("look for %s: %w", stream, err)
		}
		return true, nil
	}
	return false, nil
}

// timers checks that timers are about streams that there are.
func (w *verifying) timers(ctx context.Context) error {
	for cursor := ""; ; {
		page, err := w.Agenda.Upcoming(ctx, cursor, 100)
		if err != nil {
			return fmt.Errorf("list timers: %w", err)
		}
		for _, e := range page.Errands {
			there, err := w.isThere(ctx, e.Stream)
			if err != nil {
				return err
			}
			if !there {
				w.found(CheckTimer, e.ID, "a stream that has events", "%s for %s, which has none, due %s", e.Command, e.Stream, e.Due.Format(time.RFC3339))
			}
		}
		w.count(func(v *Verified) { v.Timers, v.TimersSoon = v.Timers+uint64(len(page.Errands)), uint64(page.Soon) })
		w.tell("timers", "timers", w.sum.Timers, 0)
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// connections checks that subscriptions are those of connections that there are.
func (w *verifying) connections(ctx context.Context) error {
	for s, err := range w.Inventory.Subscribed(ctx) {
		if err != nil {
			return err
		}
		w.count(func(v *Verified) { v.Subscriptions++ })
		_, err := w.Connections.Connection(ctx, s.Connection)
		switch leaving := !s.Ends.IsZero() && !time.Now().Before(s.Ends); {
		case err == nil:
		case !errors.Is(err, ErrGone):
			return err
		case leaving:
			w.count(func(v *Verified) { v.Leaving++ })
		default:
			w.found(CheckConnection, s.Connection, "a connection", "a subscription to %s alone", s.Topic)
		}
	}
	return nil
}

// parkedFor is the note of a view's stream, if it is parked.
func (w *verifying) parkedFor(ctx context.Context, view string, stream es.StreamID) (*Parked, error) {
	all, err := w.Lot.Parked(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is parked: %w", err)
	}
	i := slices.IndexFunc(all, func(p Parked) bool { return p.Consumer == view && p.Stream == stream })
	if i < 0 {
		return nil, nil
	}
	return &all[i], nil
}
