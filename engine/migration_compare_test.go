package engine_test

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// TestViewsThatDiffer has green's rows be other ones than blue's: the migration stays where it is, unless it is told to go on.
func TestViewsThatDiffer(t *testing.T) {
	for what, damage := range map[string]func(rows map[string]engine.Row){
		engine.DocDiffers: func(rows map[string]engine.Row) {
			row := rows["sums c0"]
			row.Doc = []byte(`{"sum":99,"adds":1}`)
			rows["sums c0"] = row
		},
		engine.OnlyBlue: func(rows map[string]engine.Row) { delete(rows, "sums c0") },
		engine.NotBlue:  func(rows map[string]engine.Row) { rows["sums c8"] = rows["sums c0"] },
	} {
		t.Run(what, func(t *testing.T) {
			m := newMigrating(t)
			m.history()
			if err := m.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			damage(m.green.rows)
			m.Progress, m.Patience = nil, time.Nanosecond
			for _, anyway := range []bool{false, true} {
				found, err := m.Compare(t.Context(), anyway)
				if err != nil || found.Different != 1 || len(found.Views[0].Examples) != 1 || found.Views[0].Examples[0].What != what {
					t.Fatalf("it finds %+v, %v", found, err)
				}
				if gone := m.blue.phase() == engine.MoveCompared; gone != anyway {
					t.Fatalf("anyway %v: it is at %q", anyway, m.blue.phase())
				}
			}
		})
	}
}
