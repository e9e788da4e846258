package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// touchy breaks when what it has is 99.
var touchy = es.Project("touchy", es.Upon(counters, func(d tally, e added, _ es.Meta) tally {
	if d.Sum == 99 {
		panic("unlucky")
	}
	return tally{Sum: d.Sum + e.N}
})).ViewDecl

// halfRebuilt interrupts a rebuild that has filled the next generation.
func halfRebuilt(t *testing.T, m *memory, view *es.ViewDecl) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	r := rebuild(m, view)
	r.Progress = func(p engine.Rebuilding) {
		if p.Phase == engine.PhaseWait {
			interrupt()
		}
	}
	if _, err := r.Run(ctx, false); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestLiveEventsGoToTheNextGeneration(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			m, c := populated(t, view)
			halfRebuilt(t, m, view)
			<-time.After(bound)
			feed(t, m, "c1", 4)
			feed(t, m, "c9", 5)
			deliverAll(t, m, c, view)
			sameRows(t, rowsOf(m, view.Name+"@2"), replayed(t, m, view))
		})
	}
}

// TestTheLiveGenerationAloneDecides has another generation that cannot take what the live one takes.
func TestTheLiveGenerationAloneDecides(t *testing.T) {
	slog.SetLogLoggerLevel(slog.LevelError)
	for name, doc := range map[string]string{"its fold fails": `{"sum":99,"seen":null}`, "its row is not readable": `{`} {
		t.Run(name, func(t *testing.T) {
			m, c := populated(t, touchy)
			halfRebuilt(t, m, touchy)
			row := m.rows["touchy@2 c1"]
			row.Doc = []byte(doc)
			m.rows["touchy@2 c1"] = row
			<-time.After(bound)
			feed(t, m, "c1", 4)
			deliverAll(t, m, c, touchy)
			sameRows(t, liveRows(t, m, touchy.Name), replayed(t, m, touchy))
			if len(m.parked) > 0 {
				t.Fatalf("parked are %v", m.parked)
			}
		})
	}
}
