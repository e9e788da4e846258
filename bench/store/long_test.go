package store

import (
	"embed"
	"testing"

	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

//go:embed *.go
var source embed.FS

// ledger is the game with snapshots.
var ledger = es.Of("game", es.On[score.Scored]("Scored")).Snapshots(100, source)

const (
	longStream = 100_000 // events
	perAppend  = 50
)

// BenchmarkLong measures a cold load of a stream of 100,000 events: all of it, or its snapshot and the end.
func BenchmarkLong(b *testing.B) {
	db := open(b, b.TempDir())
	head := es.Head{}
	for range longStream / perAppend {
		d := draft(b, game(0), perAppend)
		d.After = head
		if err := db.Append(b.Context(), d); err != nil {
			b.Fatal(err)
		}
		head = d.Commit().Head()
	}
	with := &engine.Commands{Store: db, Snapshots: db}
	snapshotter, err := engine.NewSnapshotter(with, []es.Folder{ledger})
	if err != nil {
		b.Fatal(err)
	}
	last := es.Commit{Stream: game(0), Version: head.Version(), Events: make([]es.Recorded, 1)}
	if err := snapshotter.Deliver(b.Context(), game(0), []es.Commit{last}, 1); err != nil {
		b.Fatal(err)
	}
	for _, by := range []struct {
		name     string
		commands *engine.Commands
	}{{"by=foldstream-snapshot", with}, {"by=foldstream-whole", &engine.Commands{Store: db}}} {
		b.Run(by.name, func(b *testing.B) {
			for b.Loop() {
				state, err := by.commands.State(b.Context(), ledger, game(0))
				if tally, _ := state.(score.Tally); err != nil || tally.Turns != longStream {
					b.Fatalf("%+v: %v", state, err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "loads/s")
		})
	}
}
