package sqlite

import (
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// BenchmarkCopy copies commits of about 300 bytes in batches, with the checkpoints of three consumers:
// go test -run ^$ -bench Copy -benchtime 1000000x ./adapters/sqlite
func BenchmarkCopy(b *testing.B) {
	db, streams := benchOpen(b, b.TempDir()), make([]es.Head, b.N/10+50)
	data := []byte(fmt.Sprintf(`{"text":"%0250d"}`, 7))
	b.ResetTimer()
	for n := 0; n < b.N; n += copiedCommits {
		var drafts []es.Draft
		ends := map[es.StreamID]uint64{}
		for i := n; i < min(n+copiedCommits, b.N); i++ {
			s := i/500*50 + i%50 // 50 streams at a time, of ten commits
			d := es.Draft{
				Stream: es.StreamID(fmt.Sprint("bench-", s)), After: streams[s], Events: []es.Recorded{{Type: "Happened", Data: data}},
				Origin: es.Origin{CommandID: "0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f", TraceID: "0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f", Invoker: "somebody"},
			}
			streams[s] = d.Commit().Head()
			ends[d.Stream] = streams[s].Version()
			drafts = append(drafts, d)
		}
		var marks []engine.Mark
		for stream, version := range ends {
			for _, consumer := range []string{"one", "two", "three"} {
				marks = append(marks, engine.Mark{Consumer: consumer, Stream: stream, Version: version})
			}
		}
		if err := db.Mute(b.Context(), marks...); err != nil {
			b.Fatal(err)
		}
		if err := db.Copy(b.Context(), "blue", uint64(n), uint64(n+len(drafts)), drafts...); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N)
}
