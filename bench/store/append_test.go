package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/es"
)

// perCommit is how many events a commit has where appends are measured.
const perCommit = 10

// BenchmarkAppend measures appends in commits of ten events.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("by=raw/writers=%d", writers), func(b *testing.B) { appendRaw(b, writers) })
		b.Run(fmt.Sprintf("by=foldstream/writers=%d", writers), func(b *testing.B) { appendOurs(b, writers) })
	}
}

func appendOurs(b *testing.B, writers int) {
	db := open(b, b.TempDir())
	drafts := make([]es.Draft, writers)
	for w := range drafts {
		drafts[w] = draft(b, es.StreamID(fmt.Sprintf("game-%d", w)), perCommit)
	}
	b.ResetTimer()
	together(b, writers, func(w, _ int) error {
		d := &drafts[w]
		if err := db.Append(b.Context(), *d); err != nil {
			return err
		}
		d.After = d.Commit().Head()
		return nil
	})
	report(b, b.N*perCommit)
}

// together has writers do b.N things between them. Each is told its number and how many things it did before.
func together(b *testing.B, writers int, do func(writer, i int) error) {
	b.Helper()
	var begun atomic.Int64
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := 0; begun.Add(1) <= int64(b.N); i++ {
				if err := do(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func report(b *testing.B, events int) {
	b.Helper()
	b.StopTimer()
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}

func open(b *testing.B, dir string) *sqlite.DB {
	b.Helper()
	db, err := sqlite.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// draft is a commit of samples at the beginning of a stream.
func draft(b *testing.B, stream es.StreamID, events int) es.Draft {
	b.Helper()
	recorded, err := score.Record(0, events)
	if err != nil {
		b.Fatal(err)
	}
	return es.Draft{Stream: stream, Events: recorded, Origin: es.Origin{
		CommandID: uuid.NewString(), TraceID: uuid.NewString(), Invoker: uuid.NewString(), Time: time.Now().UTC().Truncate(time.Millisecond),
	}}
}
