package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

type seen struct {
	N int `json:"n"`
}

func (seen) Evolve(n int) int { return n }

var (
	herons = es.Of("heron", es.On[seen]("Seen"))
	sum    = func(n int, e seen, _ es.Meta) int { return n + e.N }
	// rebuilt are views of both kinds.
	rebuilt = map[string]*es.ViewDecl{
		"a row for each stream": es.Project("herons", es.Upon(herons, sum)).
			IndexedBy("all", func(n int) []es.Key { return []es.Key{{Partition: "all", Sort: fmt.Sprint(n)}} }).ViewDecl,
		"rows of many streams": es.ProjectFeed("heron-sums", es.Into(herons, func(e seen, _ es.Meta) string { return fmt.Sprint(e.N % 3) }, sum)).ViewDecl,
	}
)

// TestRebuild rebuilds views over the tables: what the projectors wrote is what the feed gives, a damaged row is found and
// mended, and nothing but the live rows is left.
func TestRebuild(t *testing.T) {
	s := create(t, emulator.MiniStack(t))
	store, feed := s.events(), s.feed()
	var commits []es.Commit
	for i := range 30 {
		d := es.Draft{Stream: es.NewStreamID("heron", fmt.Sprint(i%12)), Origin: es.Origin{CommandID: fmt.Sprint(i), TraceID: "t", Time: time.Now()}}
		if i >= 12 {
			d.After = commits[i-12].Head()
		}
		recorded, err := herons.Record([]es.Event[int]{seen{i}, seen{i + 1}})
		if err != nil {
			t.Fatal(err)
		}
		d.Events = recorded
		if err := store.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		commits = append(commits, d.Commit())
	}
	if err := feed.Append(t.Context(), commits); err != nil {
		t.Fatal(err)
	}
	views, generations := &dynamo.Views{Client: s.client, Table: s.names.Views}, &dynamo.Generations{Client: s.client, Table: s.names.Views}
	checkpoints, lot := &dynamo.Checkpoints{Client: s.client, Table: s.names.Checkpoints}, &dynamo.ParkingLot{Client: s.client, Table: s.names.Checkpoints}
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			p := &engine.Projector{View: view, Views: views, Store: store, Turns: &engine.Turns{Generations: generations, Bound: time.Millisecond}}
			project := func(commits []es.Commit) error {
				if view.Global {
					return engine.NewGlobal(p, feed, checkpoints, lot, engine.World{}).Deliver(t.Context(), engine.FeedStream, nil, 1)
				}
				c := &engine.Consumer{Name: view.Name, Store: store, Lot: lot, Handler: p}
				for _, commit := range commits {
					if err := c.Deliver(t.Context(), commit.Stream, []es.Commit{commit}, 1); err != nil {
						return err
					}
				}
				return nil
			}
			if err := project(commits); err != nil {
				t.Fatal(err)
			}
			r := &engine.Rebuild{
				View: view, Events: store, Feed: feed, Views: views, Checkpoints: checkpoints, Lot: lot, Generations: generations,
				Bound: time.Millisecond, Patience: time.Second,
			}
			differ := func(report *engine.Rebuilt, err error, want uint64) {
				t.Helper()
				if err != nil || report.Comparison.Different != want || report.Comparison.Rows < 3 || report.Events != 60 {
					t.Fatalf("%+v, %v; want %d differences", report, err, want)
				}
			}
			report, err := r.Trial(t.Context())
			differ(report, err, 0)
			row, err := views.Row(t.Context(), view.Name, "1")
			if err != nil {
				t.Fatal(err)
			}
			damaged := row
			damaged.Doc = []byte("-1")
			if err := views.Save(t.Context(), view.Name, "1", row, damaged); err != nil {
				t.Fatal(err)
			}
			report, err = r.Run(t.Context(), false)
			differ(report, err, 1)
			report, err = r.Trial(t.Context())
			differ(report, err, 0)
			for generation := range uint64(5) {
				rows := 0
				for _, err := range views.Rows(t.Context(), engine.GenerationName(view.Name, generation+1)) {
					if err != nil {
						t.Fatal(err)
					}
					rows++
				}
				if live := generation+1 == 3; live != (rows > 0) {
					t.Errorf("generation %d has %d rows", generation+1, rows)
				}
			}
			live := engine.Live{Views: views, Turns: p.Turns}
			if got, err := live.Row(t.Context(), view.Name, "1"); err != nil || string(got.Doc) != string(row.Doc) {
				t.Errorf("readers see %s, %v; want %s", got.Doc, err, row.Doc)
			}
		})
	}
}
