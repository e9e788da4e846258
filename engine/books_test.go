package engine_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Views of tills: what was taken of each, and how often by what.
type tillRow struct {
	Sum     int    `json:"sum"`
	Last    uint64 `json:"last"`
	Closing int    `json:"closing"`
}

var (
	tillRows = es.Project("till-rows",
		es.Upon(tills, func(r tillRow, e taken, m es.Meta) tillRow { return tillRow{r.Sum + e.N, m.Version, r.Closing} }),
		es.Upon(tills, func(r tillRow, _ sumWas, _ es.Meta) tillRow { return tillRow{r.Sum, r.Last, r.Closing + 1} }),
	)
	takingsBySize = es.ProjectFeed("takings-by-size", es.Into(tills,
		func(e taken, _ es.Meta) string { return fmt.Sprint(e.N) },
		func(r tillRow, e taken, _ es.Meta) tillRow { return tillRow{Sum: r.Sum + e.N} },
	))
	onTakings = es.NewSaga("on-takings", es.React(tills, func(taken, es.Meta) []es.Act { return nil }))
)

// booked is a system with closed streams, all of whose consumers are up to date.
type booked struct {
	*ledger
	*engine.Bookkeeper
	shelves  *shelves
	streams  []es.StreamID
	original map[es.StreamID][]es.Commit
	feed     []es.Positioned
}

func newBooked(t testing.TB) *booked {
	t.Helper()
	l := newLedger()
	b := &booked{ledger: l, shelves: newShelves(), original: map[es.StreamID][]es.Commit{}}
	whole := engine.Federate(b.shelves, 1<<20)
	b.Bookkeeper = &engine.Bookkeeper{Installation: &engine.Installation{
		App: es.NewApp(es.Context{
			Name: "tills", Aggregates: []es.Folder{tills, counts}, Views: []*es.ViewDecl{tillRows.ViewDecl, takingsBySize.ViewDecl},
			Sagas: []*es.Saga{onTakings},
		}),
		Commands: &engine.Commands{Store: l}, Stored: whole.Store(l), Feed: whole.Feed(l), Books: l, Archive: b.shelves,
		Views: l, Generations: l, Checkpoints: l, Lot: l, Turns: turns(l.memory),
	}}
	closes := &engine.Closer{App: b.App, Commands: b.Commands}
	for era := range 3 {
		for n := range 4 {
			for _, id := range []string{"a", "b/../é"} {
				if _, err := b.Commands.Execute(t.Context(), request(doTake, take{id, n + 1})); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, id := range []string{"a", "b/../é"} {
			if era == 2 && id == "a" {
				continue
			}
			if _, err := closes.Close(t.Context(), es.NewStreamID("till", id), false); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.streams = []es.StreamID{"till-a", "till-b/../é"}
	b.project(t)
	for _, stream := range b.streams {
		b.original[stream] = b.streamOf(stream)
	}
	b.feed = b.wholeFeed(t)
	return b
}

// project brings all consumers up to date.
func (b *booked) project(t testing.TB) {
	t.Helper()
	all := b.Consumers()
	all[engine.NotifierName] = (&engine.Notifier{Traces: noTraces{}, Connections: noTraces{}, IsPrivate: func(string) bool { return true }}).
		Consumer(b.Stored, b.ledger, b.ledger)
	for name, c := range all {
		if view := b.View(name); view != nil && view.Global {
			if err := (engine.Global{Consumer: c}).Deliver(context.Background(), engine.FeedStream, nil, 1); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, stream := range b.streams {
			if err := c.Deliver(context.Background(), stream, b.streamOf(stream), 1); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type noTraces struct{ engine.Connections }

func (noTraces) Note(context.Context, string, []engine.Outcome) error    { return nil }
func (noTraces) Trace(context.Context, string) ([]engine.Outcome, error) { return nil, nil }

func (noTraces) OfUser(context.Context, string) ([]engine.Connection, error) { return nil, nil }

func (noTraces) OfTopic(context.Context, engine.Topic) ([]engine.Connection, error) { return nil, nil }

func (b *booked) archiveAll() (done []engine.Archived, err error) {
	for _, stream := range b.streams {
		some, err := b.Run(context.Background(), stream, false)
		if done = append(done, some...); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (b *booked) wholeFeed(t testing.TB) (all []es.Positioned) {
	t.Helper()
	for c, err := range engine.CatchUp(context.Background(), b.Feed, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// isWhole makes sure that the federation shows what there was, from wherever it is read.
func (b *booked) isWhole(t testing.TB) {
	t.Helper()
	unchanged(t, "the feed", b.feed, b.wholeFeed(t))
	for stream, want := range b.original {
		for after := range want[len(want)-1].Last() + 1 {
			var got []es.Commit
			for c, err := range b.Stored.Load(context.Background(), stream, after) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, c)
			}
			rest := slices.DeleteFunc(slices.Clone(want), func(c es.Commit) bool { return c.Version <= after })
			unchanged(t, fmt.Sprintf("%s behind version %d", stream, after), rest, got)
		}
	}
}

// unchanged looks for a difference only where there is one, which takes long.
func unchanged[C any](t testing.TB, what string, want, got []C) {
	t.Helper()
	if len(want)+len(got) > 0 && !reflect.DeepEqual(want, got) {
		t.Fatalf("%s (-want +got):\n%s", what, cmp.Diff(want, got, cmpopts.EquateEmpty()))
	}
}

func TestArchivedErasAreReadAsBefore(t *testing.T) {
	b := newBooked(t)
	dry, err := b.Run(t.Context(), "till-a", true)
	if err != nil || len(dry) != 2 || dry[0].Commits != 5 || len(b.shelves.files) > 0 {
		t.Fatalf("a dry run gave %+v, error %v, and %d files", dry, err, len(b.shelves.files))
	}
	done, err := b.archiveAll()
	if err != nil || len(done) != 5 {
		t.Fatalf("it archived %+v, error %v", done, err)
	}
	for _, c := range b.ledger.streams["till-a"] {
		if c.Era < 2 && !c.Closes() {
			t.Errorf("%d of era %d is still in the store", c.Version, c.Era)
		}
	}
	b.isWhole(t)
	if again, err := b.archiveAll(); err != nil || len(again) > 0 {
		t.Errorf("again it archived %v, error %v", again, err)
	}
	for _, view := range []*es.ViewDecl{tillRows.ViewDecl, takingsBySize.ViewDecl} {
		before := rowsOf(b.memory, view.Name)
		r := rebuild(b.memory, view)
		r.Events, r.Feed = b.Stored, b.Feed
		report, err := r.Run(t.Context(), false)
		if err != nil || report.Comparison.Different > 0 {
			t.Fatalf("the rebuild gave %+v, error %v", report, err)
		}
		sameRows(t, liveRows(t, b.memory, view.Name), before)

		r = rebuild(b.memory, view)
		r.Events, r.Feed = b.ledger, b.ledger
		if _, err := r.Run(t.Context(), false); !errors.Is(err, engine.ErrArchived) {
			t.Errorf("without the archive a rebuild gave %v", err)
		}
		if err := r.Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestArchivingAfterACrash breaks off at every write, before it and behind it, goes on, and looks at all that there is.
func TestArchivingAfterACrash(t *testing.T) {
	var whole map[string][]byte
	for step := 0; ; step++ {
		b := newBooked(t)
		count := 0
		var mu sync.Mutex
		crash := func() error {
			mu.Lock()
			defer mu.Unlock()
			if count++; step > 0 && count >= step {
				return errCrash
			}
			return nil
		}
		b.breaks, b.shelves.breaks = crash, crash
		_, err := b.archiveAll()
		b.breaks, b.shelves.breaks = nil, nil
		if step > 0 && err == nil {
			if step < 30 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
		if step > 0 && !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		b.isWhole(t)
		if sum, err := b.Commands.State(t.Context(), tills, "till-a"); err != nil || sum != any(till{30}) {
			t.Fatalf("after a crash at step %d the state is %v, error %v", step, sum, err)
		}
		if _, err := b.archiveAll(); err != nil {
			t.Fatalf("after a crash at step %d: %v", step, err)
		}
		b.isWhole(t)
		if step == 0 {
			whole = b.shelves.files
			continue
		}
		if len(b.shelves.files) != len(whole) {
			t.Fatalf("after a crash at step %d there are %d files, want %d", step, len(b.shelves.files), len(whole))
		}
		for name := range whole {
			if b.shelves.files[name] == nil {
				t.Fatalf("after a crash at step %d there is no %s", step, name)
			}
		}
	}
}

func TestArchivingWaitsForWhoNeedsIt(t *testing.T) {
	last := func(b *booked) uint64 { return b.original["till-a"][len(b.original["till-a"])-1].Last() }
	for name, behind := range map[string]func(b *booked){
		"the feed":        func(b *booked) { b.unfed = last(b) },
		"is parked":       func(b *booked) { b.parked["x till-a"] = engine.Parked{Consumer: "x", Stream: "till-a", Version: 1} },
		"till-rows":       func(b *booked) { delete(b.rows, "till-rows a") },
		"till-rows@2":     func(b *booked) { b.standings = map[string]engine.Standing{"till-rows": {Live: 1, Last: 2, Next: 2}} },
		"notifier":        func(b *booked) { b.checkpoints["notifier till-a"] = 3 },
		"on-takings":      func(b *booked) { b.checkpoints["on-takings till-a"] = 3 },
		"takings-by-size": func(b *booked) { b.checkpoints["takings-by-size "+string(engine.FeedStream)]-- },
		"archivist":       func(b *booked) { b.checkpoints["archivist "+string(engine.FeedStream)] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooked(t)
			behind(b)
			_, err := b.Run(t.Context(), "till-a", false)
			if !errors.Is(err, engine.ErrStillNeeded) || !strings.Contains(err.Error(), name) {
				t.Fatalf("it gave %v", err)
			}
			if len(b.shelves.files) > 0 || len(b.streamOf("till-a")) != len(b.original["till-a"]) {
				t.Error("it archived something")
			}
		})
	}
	t.Run("a little while", func(t *testing.T) {
		b := newBooked(t)
		key := "takings-by-size " + string(engine.FeedStream)
		b.checkpoints[key]--
		b.Patience = time.Minute
		go func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.checkpoints[key]++
		}()
		if _, err := b.Run(t.Context(), "till-a", false); err != nil {
			t.Fatal(err)
		}
	})
}
