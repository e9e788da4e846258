package sqlite

import (
	"context"
	"fmt"
	"runtime/metrics"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// benchTurn is the event of benchDraft, and benchBoard the state of its stream.
type benchTurn struct {
	By    string `json:"by"`
	Turn  int    `json:"turn"`
	Cells []int  `json:"cells"`
	Text  string `json:"text"`
}

type benchBoard struct {
	Turns int            `json:"turns"`
	Last  string         `json:"last"`
	Cells map[int]string `json:"cells"`
}

func (benchTurn) Evolve(b benchBoard) benchBoard { return b }

var benchBoards = es.Project("boards", es.Upon(es.Of("bench", es.On[benchTurn]("TurnTaken")), func(b benchBoard, e benchTurn, _ es.Meta) benchBoard {
	return benchBoard{Turns: b.Turns + 1, Last: e.By, Cells: map[int]string{e.Turn: e.By}}
})).IndexedBy("turns", func(b benchBoard) []es.Key { return []es.Key{{Partition: "all", Sort: fmt.Sprintf("%06d", b.Turns)}} })

// BenchmarkRebuild fills a generation with a row for each stream, of streams of 100 events, in commits of so many, and compares
// nothing. It gives the most memory that the process has held.
func BenchmarkRebuild(b *testing.B) {
	for _, inCommit := range []int{1, 10} {
		b.Run(fmt.Sprintf("commit=%d", inCommit), func(b *testing.B) {
			db := benchOpen(b, b.TempDir(), Relaxed())
			events := max(b.N, 1000)
			fill(b, db, events, inCommit)
			r := &engine.Rebuild{
				View: benchBoards.ViewDecl, Events: db, Feed: db, Views: db, Checkpoints: db, Lot: db, Generations: db,
				Program: "bench", Bound: time.Nanosecond, Patience: time.Nanosecond,
			}
			ctx, stop := context.WithCancel(b.Context())
			most := uint64(0)
			var watching sync.WaitGroup
			watching.Go(func() {
				held := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
				for tick := time.NewTicker(10 * time.Millisecond); ctx.Err() == nil; <-tick.C {
					metrics.Read(held)
					most = max(most, held[0].Value.Uint64()-held[1].Value.Uint64())
				}
			})
			b.ResetTimer()
			began, worked := time.Now(), processorTime(b)
			r.Progress = func(p engine.Rebuilding) {
				if p.Phase == engine.PhaseFill && p.Events == uint64(events) {
					b.ReportMetric(float64(events)/time.Since(began).Seconds(), "filled/s")
					b.ReportMetric(float64(events)/(processorTime(b)-worked).Seconds(), "filled/cpu-s")
				}
			}
			report, err := r.Run(ctx, true)
			b.StopTimer()
			stop()
			watching.Wait()
			if err != nil || report.Events != uint64(events) {
				b.Fatalf("%+v, %v; there are %d events", report, err, events)
			}
			b.ReportMetric(float64(most)/(1<<20), "MB")
		})
	}
}

// processorTime is how much of all cores the process has had.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
