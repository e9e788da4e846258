package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Rebuilding is a store whose views are rebuilt.
type Rebuilding struct {
	Store   engine.EventStore
	Feed    engine.Feed
	Relay   func(context.Context, []es.Commit) error // brings commits into the feed; nil where they come by themselves
	Rebuild engine.Rebuild                           // of no view yet, on ports that break
	Calm    engine.Rebuild                           // on the same ones, that do not
}

// ErrBroken is the error of a write of [Rebuilding] that a process does not outlive.
var ErrBroken = errors.New("the process ends here")

// Breaks says to a store's writes when they break off: at the n-th look that they take, of which each takes one before it and
// one behind it, and at all later ones.
type Breaks struct {
	mu       sync.Mutex
	seen, at int
}

// Look fails if the process has ended.
func (b *Breaks) Look() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen++; b.seen >= b.at {
		return ErrBroken
	}
	return nil
}

// Set has the process end at a look from now on.
func (b *Breaks) Set(at int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen, b.at = 0, at
}

// Write does what writes, and breaks off before it or behind it.
func (b *Breaks) Write(do func() error) error {
	if err := b.Look(); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return b.Look()
}

type sighted struct {
	N int `json:"n"`
}

func (sighted) Evolve(n int) int { return n }

// Rebuilds breaks a rebuild off at every write, in the midst of filling, comparing and switching, while others append and project,
// and resumes it: the rows are those of an undisturbed run. Nobody else may use the store's generations of the views.
func Rebuilds(t *testing.T, open func(t *testing.T, breaks *Breaks) Rebuilding) {
	sum := func(n int, e sighted, _ es.Meta) int { return n + e.N }
	for name, global := range map[string]bool{"a row for each stream": false, "rows of many streams": true} {
		t.Run(name, func(t *testing.T) {
			birds := es.Of("contract"+uuid.NewString()[:8], es.On[sighted]("Sighted"))
			w := &watching{birds: birds, global: global, heads: map[es.StreamID]es.Head{}, sums: map[string]int{}}
			if global {
				w.view = es.ProjectFeed(birds.Category(), es.Into(birds, func(e sighted, _ es.Meta) string { return fmt.Sprint(e.N % 3) }, sum)).ViewDecl
			} else {
				w.view = es.Project(birds.Category(), es.Upon(birds, sum)).ViewDecl
			}
			breaks := &Breaks{}
			w.Rebuilding = open(t, breaks)
			w.Rebuild.View, w.Calm.View = w.view, w.view
			w.run(t, breaks)
		})
	}
}

// watching is somebody who adds to streams while their view is rebuilt.
type watching struct {
	Rebuilding
	birds  *es.Aggregate[int]
	view   *es.ViewDecl
	global bool
	seen   int
	heads  map[es.StreamID]es.Head
	sums   map[string]int // the rows as they should be
}

func (w *watching) run(t *testing.T, breaks *Breaks) {
	const never = 1 << 30
	w.see(t, quiet)
	for step, broken := 1, true; broken; step++ {
		breaks.Set(step)
		_, err := w.meanwhile(t, w.Rebuild)
		if broken = err != nil; broken {
			fails(t, "a rebuild that breaks off", err, ErrBroken)
		} else if step < 15 {
			t.Fatalf("there are only %d steps", step)
		}
		breaks.Set(never)
		w.see(t, 1)
		report, err := w.meanwhile(t, w.Calm)
		try(t, fmt.Sprintf("go on after a crash at step %d", step), err)
		same(t, fmt.Sprintf("what differs after a crash at step %d", step), report.Comparison.Different, 0)
		w.holds(t, step)
	}
}

// meanwhile rebuilds while another goroutine adds to the streams.
func (w *watching) meanwhile(t *testing.T, r engine.Rebuild) (report *engine.Rebuilt, err error) {
	var others sync.WaitGroup
	others.Go(func() { w.see(t, 2) })
	report, err = r.Run(t.Context(), false)
	others.Wait()
	return report, err
}

// quiet is how many streams there are before the first rebuild. Most of them nobody adds to later: their rows are left to it.
const quiet = 8

// see adds commits, and projects each.
func (w *watching) see(t *testing.T, n int) {
	t.Helper()
	p := &engine.Projector{
		View: w.view, Views: w.Calm.Views, Store: w.Store, Turns: &engine.Turns{Generations: w.Calm.Generations, Bound: w.Calm.Bound},
	}
	consumer := &engine.Consumer{Name: w.view.Name, Store: w.Store, Lot: w.Calm.Lot, Handler: p}
	if w.global {
		consumer = engine.NewGlobal(p, w.Feed, w.Calm.Checkpoints, w.Calm.Lot, engine.World{}).Consumer
	}
	for range n {
		w.seen++
		id := fmt.Sprint(w.seen)
		if w.seen > quiet {
			id = fmt.Sprint(w.seen % 3)
		}
		stream, row := es.NewStreamID(w.birds.Category(), id), id
		if w.global {
			row = fmt.Sprint(w.seen % 3)
		}
		recorded, err := w.birds.Record([]es.Event[int]{sighted{w.seen}})
		if err != nil {
			t.Error(err)
			return
		}
		d := es.Draft{Stream: stream, After: w.heads[stream], Events: recorded, Origin: es.Origin{CommandID: uuid.NewString(), TraceID: "t", Time: time.Now()}}
		w.heads[stream], w.sums[row] = d.Commit().Head(), w.sums[row]+w.seen
		if err := w.comes(t.Context(), d, consumer); err != nil {
			t.Errorf("add to what is rebuilt: %v", err)
			return
		}
	}
}

func (w *watching) comes(ctx context.Context, d es.Draft, consumer *engine.Consumer) error {
	if err := patiently(func() error { return w.Store.Append(ctx, d) }); err != nil {
		return err
	}
	commits := []es.Commit{d.Commit()}
	if w.Relay != nil {
		if err := patiently(func() error { return w.Relay(ctx, commits) }); err != nil {
			return err
		}
	}
	stream := d.Stream
	if w.global {
		stream, commits = engine.FeedStream, nil
	}
	return patiently(func() error {
		err := consumer.Deliver(ctx, stream, commits, 1)
		if errors.Is(err, engine.ErrStale) { // the rebuild was first
			return engine.ErrBusy
		}
		return err
	})
}

// holds makes sure that readers see what an undisturbed run comes to, and that no other generation is in use.
func (w *watching) holds(t *testing.T, step int) {
	t.Helper()
	standing, err := w.Calm.Generations.Standing(t.Context(), w.view.Name)
	try(t, "read the standing", err)
	if standing.Next != 0 || standing.Trial != 0 || standing.Kept != 0 || len(standing.Gone) > 0 {
		t.Fatalf("after a crash at step %d: %+v", step, standing)
	}
	got := map[string]int{}
	for id, row := range rowsOf(t, w.Calm.Views, engine.GenerationName(w.view.Name, standing.Live)) {
		var sum int
		try(t, "read a row", es.Decode(row.Doc, &sum))
		got[id] = sum
	}
	same(t, fmt.Sprintf("what is live after a crash at step %d", step), got, maps.Clone(w.sums))
}
