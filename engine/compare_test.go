package engine_test

import (
	"context"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// moving are views whose live rows move on while they are compared.
type moving struct {
	*memory
	scanned func(name string) // called behind each scan
	looked  func(name string) // called before each row is read
}

func (v moving) Rows(ctx context.Context, name string) iter.Seq2[engine.ListedRow, error] {
	return func(yield func(engine.ListedRow, error) bool) {
		v.memory.Rows(ctx, name)(yield)
		v.scanned(name)
	}
}

func (v moving) Row(ctx context.Context, name, id string) (engine.Row, error) {
	v.looked(name)
	return v.memory.Row(ctx, name, id)
}

// TestRowsThatMoveAreComparedAgain has a projector that is late, and comes to the end while its rows are compared.
func TestRowsThatMoveAreComparedAgain(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			m, c := populated(t, view)
			feed(t, m, "c1", 3)
			feed(t, m, "new", 4)
			r := rebuild(m, view)
			r.Patience = 10 * time.Second
			r.Views = moving{memory: m, looked: func(string) {}, scanned: func(name string) {
				if name != view.Name {
					deliverAll(t, m, c, view)
				}
			}}
			differs(t, r.Trial)
			r.Patience = time.Nanosecond
			feed(t, m, "c1", 3)
			r.Views = m
			found, err := r.Trial(t.Context())
			if err != nil || found.Comparison.Different != 1 || found.Comparison.Examples[0].What != engine.LiveIsBehind {
				t.Fatalf("%+v, %v", found, err)
			}
		})
	}
}

// TestARowThatNeverRestsIsComparedAsItIs has a row that moves at each look, and is never at the end of its stream.
func TestARowThatNeverRestsIsComparedAsItIs(t *testing.T) {
	view := rebuilt["a row for each stream"]
	for name, wrong := range map[string]bool{"it is right": false, "it is wrong": true} {
		t.Run(name, func(t *testing.T) {
			m, c := populated(t, view)
			for range 100 {
				feed(t, m, "c1", 1)
			}
			commits := m.streams["counter-c1"]
			var mu sync.Mutex
			shown := 3 // commits of the live row
			r := rebuild(m, view)
			filling := true
			r.Progress = func(p engine.Rebuilding) { filling = p.Phase == engine.PhaseFill && p.Position < p.Head }
			r.Views = moving{memory: m, scanned: func(string) {}, looked: func(name string) {
				mu.Lock()
				defer mu.Unlock()
				if filling || name != view.Name || shown >= len(commits)-1 {
					return
				}
				shown++
				if err := c.Deliver(t.Context(), "counter-c1", []es.Commit{commits[shown-1]}, 1); err != nil {
					t.Error(err)
				}
				if wrong {
					m.mu.Lock()
					row := m.rows[view.Name+" c1"]
					row.Doc = []byte(`{"sum":-1,"seen":null}`)
					m.rows[view.Name+" c1"] = row
					m.mu.Unlock()
				}
			}}
			if wrong {
				differs(t, r.Trial, "c1: the documents differ")
			} else {
				differs(t, r.Trial)
			}
		})
	}
}
