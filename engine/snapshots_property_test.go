package engine_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
)

// entry is how many bytes one command takes in a snapshot whose versions are small.
const entry = 17

// TestASnapshotChangesNothing holds what is loaded with snapshots, in whatever condition they are, against what is loaded
// without.
func TestASnapshotChangesNothing(t *testing.T) {
	lines := rapid.SliceOfN(rapid.StringMatching(`[a-z]`), 1, 3)
	rapid.Check(t, func(rt *rapid.T) {
		every := rapid.IntRange(2, 6).Draw(rt, "every")
		n := rapid.OneOf(rapid.IntRange(1, 60), rapid.IntRange(every+lag, 60)).Draw(rt, "commits") // shorter ones need no snapshot
		history := rapid.SliceOfN(lines, n, n).Draw(rt, "history")
		taken := rapid.IntRange(0, n).Draw(rt, "taken behind")
		condition := rapid.SampledFrom([]string{
			"whole", "missing", "torn commands", "torn state", "of another fold", "newer than the tail", "unreadable",
		}).Draw(rt, "condition")

		m := newMemory()
		a, do := journals(every, "now")
		requests := written(t, m, do, history[:taken]...)
		if taken > 0 {
			made := a
			if condition == "of another fold" {
				made, _ = journals(every, "before")
			}
			deliver(t, snapshotter(t, m, made), m)
		}
		requests = append(requests, written(t, m, do, history[taken:]...)...)
		switch k := m.snapshots["journal-j"]; condition {
		case "missing":
			clear(m.snapshots)
		case "torn commands":
			if len(k.Commands) > 0 {
				k.Commands = k.Commands[:len(k.Commands)-rapid.IntRange(1, entry-1).Draw(rt, "torn off")]
				m.snapshots["journal-j"] = k
			}
		case "torn state":
			k.State = k.State[:len(k.State)/2]
			m.snapshots["journal-j"] = k
		case "of another fold":
			if k.Version > 0 {
				forge(m)
			}
		case "newer than the tail":
			deliver(t, snapshotter(t, m, a), m)
			if m.snapshots["journal-j"].Version == m.streams["journal-j"][len(history)-1].Last() && len(history) > every+lag+3 {
				m.cut = rapid.IntRange(1, 3).Draw(rt, "cut")
			}
		case "unreadable":
			m.snapshotsFail = engine.ErrBusy
		}

		states, err := engine.NewMemory(1)
		if err != nil {
			rt.Fatal(err)
		}
		memorising := &engine.Commands{Store: m, Memory: states}
		with := &engine.Commands{Store: m, Snapshots: m}
		want := journal{}
		for _, lines := range history {
			for _, text := range lines {
				want = line{text}.Evolve(want)
			}
		}
		if got := read(t, with, a); got != want {
			rt.Fatalf("the state is %+v, want %+v", got, want)
		}
		for _, r := range requests {
			without, err := memorising.Execute(t.Context(), r)
			if err != nil || !without.Repeated {
				rt.Fatalf("without a snapshot: %+v, %v", without, err)
			}
			if got, err := with.Execute(t.Context(), r); err != nil || got != without {
				rt.Fatalf("a repetition gave %+v, %v; want %+v", got, err, without)
			}
		}
		if n := len(m.streams["journal-j"]); n != len(history) {
			rt.Fatalf("repetitions left %d commits, want %d", n, len(history))
		}
	})
}
