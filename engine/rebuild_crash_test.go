package engine_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
)

// TestRebuildAfterACrash breaks off at every write, before it and behind it, and then does it all again.
func TestRebuildAfterACrash(t *testing.T) {
	runs := map[string]func(r *engine.Rebuild) error{
		"run":   func(r *engine.Rebuild) error { _, err := r.Run(context.Background(), false); return err },
		"trial": func(r *engine.Rebuild) error { _, err := r.Trial(context.Background()); return err },
	}
	for name, view := range rebuilt {
		for what, run := range runs {
			t.Run(what+" of "+name, func(t *testing.T) {
				for step := 1; ; step++ {
					m, c := populated(t, view)
					if view.Global {
						m.rows[view.Name+" odd"] = engine.Row{Version: 1, Doc: []byte(`"wrong"`)}
					}
					count := 0
					var mu sync.Mutex
					m.breaks = func() error {
						mu.Lock()
						defer mu.Unlock()
						if count++; count >= step {
							return errCrash
						}
						return nil
					}
					r := rebuild(m, view)
					r.Bound, r.Patience = time.Nanosecond, time.Nanosecond
					err := run(r)
					m.breaks = nil
					if err == nil {
						if step < 10 {
							t.Fatalf("there are only %d steps", step)
						}
						return
					}
					if !errors.Is(err, errCrash) {
						t.Fatal(err)
					}
					feed(t, m, "c2", 1)
					if err := run(r); err != nil {
						t.Fatalf("after a crash at step %d: %v", step, err)
					}
					outlive(t, c, m, view)
					if what == "run" {
						sameRows(t, liveRows(t, m, view.Name), replayed(t, m, view))
					}
					if s := m.standings[view.Name]; s.Next != 0 || s.Trial != 0 {
						t.Fatalf("after a crash at step %d: %+v", step, s)
					}
					if err := r.Drop(context.Background()); err != nil {
						t.Fatal(err)
					}
					onlyLive(t, m, view)
				}
			})
		}
	}
}
