package engine_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestForgetBesideARebuild has a rebuild be at work on the row of somebody all the time while she is forgotten.
func TestForgetBesideARebuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t)
		for n := range 700 {
			h.happen(t, "member-ann", es.HeadAt(uint64(2+n), 0), befriended{Friend: friend{"bob", "Bob"}})
		}
		house := installed(h.stored, h.keys)
		r, err := house.Rebuild(profiles.ViewDecl)
		if err != nil {
			t.Fatal(err)
		}
		r.Feed = house.Seals.Feed(trickle{h.stored})
		var rebuilding sync.WaitGroup
		over := make(chan struct{})
		rebuilding.Go(func() {
			defer close(over)
			if _, err := r.Run(t.Context(), false); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(20 * time.Second)
		report, err := h.forget(0).Run(t.Context(), true)
		if err != nil || report.Done.IsZero() {
			t.Fatalf("it reported %+v, error %v", report, err)
		}
		select {
		case <-over:
			t.Fatal("the rebuild was over before")
		default:
		}
		rebuilding.Wait()
		for _, name := range []string{profiles.Name, engine.GenerationName(profiles.Name, h.stored.standings[profiles.Name].Live)} {
			if row := rowsOf(h.stored, name)["ann"]; strings.Contains(string(row.Doc), "Ann") {
				t.Errorf("%s shows %s", name, row.Doc)
			}
		}
	})
}
