package engine_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestMemoryForgetsWhatIsOld(t *testing.T) {
	m := newMemory()
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	states, err := engine.NewMemory(10)
	if err != nil {
		t.Fatal(err)
	}
	states.World = engine.World{Now: func() time.Time { return now }}
	x := &engine.Commands{Store: m, Memory: states}
	for _, test := range []struct {
		later time.Duration
		loads int
	}{{0, 1}, {engine.MemoryBound, 1}, {engine.MemoryBound + time.Millisecond, 2}} {
		now = now.Add(test.later)
		execute(t, x, request(doTake, take{"t", 1}))
		if m.loads != test.loads {
			t.Errorf("after %v it was loaded %d times, want %d", test.later, m.loads, test.loads)
		}
	}
}

// A snapshot knows the era, and one from before a closing is no hindrance.
func TestSnapshotsAcrossEras(t *testing.T) {
	folded := tillsOf().CarriedOver(carrySum).Snapshots(2, fstest.MapFS{"fold.go": {Data: []byte("package fold")}})
	d := es.Handles[take](folded, "take-snapped", "POST /tills/{id}/takings")
	for _, closings := range []int{0, 1, 2} {
		m := newMemory()
		x := &engine.Commands{Store: m, Snapshots: m}
		keeper, err := engine.NewSnapshotter(x, []es.Folder{folded})
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for n := range 3 {
			for range 3 {
				execute(t, x, request(d, take{"t", 1}))
				want++
			}
			if err := keeper.Deliver(t.Context(), "till-t", m.streams["till-t"], 1); err != nil {
				t.Fatal(err)
			}
			if n < closings {
				if _, err := closer(x, folded).Close(t.Context(), "till-t", false); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := stateOf(t, m, folded); got != any(till{want}) {
			t.Errorf("after %d closings it is %v, want %d", closings, got, want)
		}
		if s := m.snapshots["till-t"]; s.Era != closings || !bytes.Contains(s.State, fmt.Append(nil, want)) {
			t.Errorf("after %d closings the snapshot is %+v", closings, s)
		}
	}
}
