package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Verify proves that a store is whole: that its streams join, its feed has all of them, and that what is made of events is
// what the events say. It writes nothing, and commits may come in meanwhile.
//
// Its memory is bounded whatever the store's size: by [streamsInMind] streams at 40 bytes each, [rowsInMind] rows of a view of many
// streams or 32 MB of them, 10,000 rows and commits that are late, what is parked, and a page of each of 32 streams. For more
// streams or rows it reads the feed again, each time for a part of them: the store is read once for each [streamsInMind] streams
// or [rowsInMind] rows.
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
	InMind   int           // streams, and rows of a view of many streams, in place of [streamsInMind] and [rowsInMind] unless it is 0
}

// Finding is something that is wrong.
type Finding struct {
	Check    string `json:"check"` // one of the Check constants
	Where    string `json:"where"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
	Next     string `json:"next"` // what to do about it
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

	lateness sync.Mutex
	late     []lateRow

	mu   sync.Mutex
	live map[string]uint64 // generations of views when it last looked
	vain bool              // whether it has waited for what never came
	sum  Verified
	last time.Time // that progress was told
}

// Run verifies everything. What is wrong is told as it is found; an error is what kept it from looking at something.
func (v *Verify) Run(ctx context.Context) (Verified, error) {
	w := &verifying{Verify: v}
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
	live := map[string]uint64{}
	for _, view := range w.App.Views() {
		s, err := w.Generations.Standing(ctx, view.Name)
		if err != nil {
			return fmt.Errorf("read the generations of %s: %w", view.Name, err)
		}
		live[view.Name] = s.Live
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live = live
	return nil
}

// generation is a view's live one.
func (w *verifying) generation(view string) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live[view]
}

// found tells what is wrong.
func (w *verifying) found(f Finding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sum.Findings++
	if w.Found != nil {
		w.Found(f)
	}
}

// inMind is how much is kept in mind at once.
func (w *verifying) inMind(usual int) int {
	if w.InMind > 0 {
		return w.InMind
	}
	return usual
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

// patience is until when to wait for what is late. Once that was in vain it is shorter, lest damage in many places take hours.
func (w *verifying) patience() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	patience := w.Patience
	if patience == 0 {
		patience = usualPatience
	}
	if w.vain {
		patience /= 30
	}
	return time.Now().Add(patience)
}

// waitedInVain notes whether something has not come.
func (w *verifying) waitedInVain(vain bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.vain = w.vain || vain
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
				w.found(Finding{
					Check: CheckTimer, Where: e.ID, Expected: "a stream that has events",
					Found: fmt.Sprintf("%s for %s, which has none, due %s", e.Command, e.Stream, e.Due.Format(time.RFC3339)), Next: nextTimer,
				})
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
			w.found(Finding{
				Check: CheckConnection, Where: s.Connection, Expected: "a connection", Found: fmt.Sprintf("a subscription to %s alone", s.Topic), Next: nextDeliver,
			})
		}
	}
	return nil
}
