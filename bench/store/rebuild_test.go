package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// tallies has a row for each game.
var tallies = es.Project("tallies", es.Upon(score.Game, func(t score.Tally, e score.Scored, _ es.Meta) score.Tally { return e.Evolve(t) }))

// BenchmarkRebuild measures a rebuild of a view with a row for each of 10,000 streams, up to the comparison with the live
// generation, of which there is none: reading, decoding, folding, and writing rows and checkpoints. Streams take turns, so that
// their next commits are 10,000 commits apart.
func BenchmarkRebuild(b *testing.B) {
	for _, per := range []int{10, 1} {
		b.Run(fmt.Sprintf("by=foldstream/commit=%d", per), func(b *testing.B) {
			dir := folder(b, million/perStream, per)
			var took time.Duration
			for range b.N {
				took += rebuild(b, dir)
			}
			b.ReportMetric(float64(b.N*million)/took.Seconds(), "events/s")
		})
	}
}

// rebuild gives how long it took to fill the next generation.
func rebuild(b *testing.B, dir string) (took time.Duration) {
	for _, name := range []string{"state.db", "state.db-wal", "state.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
	}
	db := open(b, dir)
	began, events := time.Now(), uint64(0)
	r := &engine.Rebuild{
		View: tallies.ViewDecl, Events: db, Feed: db, Views: db, Checkpoints: db, Lot: db, Generations: db,
		Program: "bench", Bound: time.Nanosecond, Patience: time.Nanosecond,
		Progress: func(p engine.Rebuilding) {
			if p.Phase == engine.PhaseFill {
				took, events = time.Since(began), p.Events
			}
		},
	}
	report, err := r.Run(b.Context(), true)
	if err == nil {
		err = db.Close()
	}
	if err != nil || events != million || report.Comparison.Rows != million/perStream {
		b.Fatalf("%d events gave %+v, %v", events, report, err)
	}
	return took
}
