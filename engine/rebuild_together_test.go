package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// process is one of several that serve a view, with a memory of its own of which generation is whose turn.
type process struct {
	*engine.Consumer
	live engine.Live
}

func processes(m *memory, view *es.ViewDecl, n int) []process {
	all := make([]process, n)
	for i := range all {
		c := turning(m, view)
		p := c.Handler.(*engine.Projector)
		if view.Global {
			c = engine.NewGlobal(p, m, m, m, engine.World{}).Consumer
		}
		all[i] = process{c, engine.Live{Views: m, Turns: p.Turns}}
	}
	return all
}

// append1 appends one addition to a stream, whoever else does.
func append1(t *testing.T, m *memory, stream es.StreamID, n int) es.Commit {
	t.Helper()
	recorded, err := counters.Record([]es.Event[counter]{added{n}})
	if err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var head es.Head
	if c := m.streams[stream]; len(c) > 0 {
		head = c[len(c)-1].Head()
	}
	d := es.Draft{Stream: stream, After: head, Events: recorded}
	if err := m.add([]es.Draft{d}); err != nil {
		t.Error(err)
	}
	return d.Commit()
}

// TestRebuildTogether rebuilds again and again while others append, project and read. The rows must come out as if nobody
// had rebuilt anything.
func TestRebuildTogether(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			m, _ := populated(t, view)
			all := processes(m, view, 4)
			ctx, stop := context.WithCancel(t.Context())
			var working sync.WaitGroup
			var delivered, read atomic.Int64
			for i, p := range all {
				lot := rand.New(rand.NewPCG(7, uint64(i)))
				working.Go(func() {
					for ctx.Err() == nil {
						stream := es.StreamID(fmt.Sprint("counter-c", lot.IntN(5)))
						c := append1(t, m, stream, lot.IntN(9))
						if view.Global {
							stream = engine.FeedStream
							hammer(t, p.Consumer, stream, nil)
						} else {
							hammer(t, p.Consumer, stream, []es.Commit{c})
						}
						delivered.Add(1)
						<-time.After(time.Millisecond)
					}
				})
				working.Go(func() {
					for ctx.Err() == nil {
						for id := range replayedIDs(view) {
							row, err := p.live.Row(ctx, view.Name, id)
							if ctx.Err() == nil && (err != nil || len(row.Doc) == 0) {
								t.Errorf("reading row %s gives %+v, %v", id, row, err)
								return
							}
							read.Add(1)
						}
						<-time.After(time.Millisecond)
					}
				})
			}
			for i := range 4 {
				r := rebuild(m, view)
				r.Patience = 20 * time.Second
				report, err := r.Run(t.Context(), i%2 == 0)
				if err != nil || !view.Global && report.Comparison.Different > 0 {
					t.Fatalf("%+v, %v", report, err)
				}
			}
			stop()
			working.Wait()
			t.Logf("%d commits, %d reads", delivered.Load(), read.Load())
			sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
			if len(m.parked) > 0 {
				t.Fatalf("parked are %v", m.parked)
			}
		})
	}
}

// replayedIDs are the rows that populated makes.
func replayedIDs(view *es.ViewDecl) map[string]bool {
	if view.Global {
		return map[string]bool{"odd": true, "even": true}
	}
	return map[string]bool{"c0": true, "c1": true, "c2": true, "c3": true, "c4": true}
}
