package engine_test

import (
	"errors"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

const (
	lag     = 16 // by which a snapshot may be late
	falsely = `{"lines":999,"digest":1}`
)

// forge makes the journal's snapshot tell something else, so that it can be seen whether it is used.
func forge(m *memory) {
	k := m.snapshots["journal-j"]
	k.State = []byte(falsely)
	m.snapshots["journal-j"] = k
}

func TestSnapshotOfALongStream(t *testing.T) {
	a, do := journals(100, "now")
	m := newMemory()
	var want journal
	var head es.Head
	for i := range 100_000 {
		d := es.Draft{
			Stream: "journal-j", After: head, Events: []es.Recorded{{Type: "Line", Data: []byte(`{"text":"x"}`)}},
			Origin: es.Origin{CommandID: engine.NewID()},
		}
		m.streams[d.Stream] = append(m.streams[d.Stream], d.Commit())
		want, head = line{"x"}.Evolve(want), d.Commit().Head()
		if i+1 == 99_890 { // as late as a snapshot can be
			state, err := es.Encode(want)
			if err != nil {
				t.Fatal(err)
			}
			m.snapshots[d.Stream] = kept{a.FoldID(), engine.Snapshot{Version: head.Version(), State: state}}
		}
	}
	m.loads, m.tails, m.read, m.snapshotReads = 0, 0, 0, 0
	x := commands(t, m)
	x.Snapshots = m
	if got := execute(t, x, request(do, write{"j", []string{"y"}})); got.Version != 100_001 {
		t.Fatalf("got %+v", got)
	}
	if m.loads != 0 || m.tails != 1 || m.snapshotReads != 1 || m.read > 100+lag {
		t.Fatalf("it took %d loads, %d tails, %d commits and %d snapshots", m.loads, m.tails, m.read, m.snapshotReads)
	}
	same(t, "the state", read(t, x, a), line{"y"}.Evolve(want))
}

func TestSnapshotter(t *testing.T) {
	t.Run("takes one each so many versions, and not more", func(t *testing.T) {
		a, do := journals(5, "now")
		for _, process := range []string{"one process", "a new one each time"} {
			m := newMemory()
			s := snapshotter(t, m, a)
			for i := range 23 {
				written(t, m, do, one(1)...)
				if process != "one process" {
					s = snapshotter(t, m, a)
				}
				deliver(t, s, m)
				deliver(t, s, m) // what comes twice changes nothing
				if want := (i + 1) / 5; m.snapshotSaves != want {
					t.Fatalf("%s: after %d versions there were %d snapshots, want %d", process, i+1, m.snapshotSaves, want)
				}
			}
			if v := m.snapshots["journal-j"].Version; v != 20 {
				t.Fatalf("%s: the snapshot is at version %d, want 20", process, v)
			}
		}
	})
	t.Run("passes over what has none", func(t *testing.T) {
		m := newMemory()
		commits := fill(t, m, "counter-c", 1, 2, 3)
		a, _ := journals(2, "now")
		if err := snapshotter(t, m, a).Deliver(t.Context(), "counter-c", commits, 1); err != nil || m.snapshotReads+m.snapshotSaves > 0 {
			t.Fatalf("%v, after %d reads and %d saves", err, m.snapshotReads, m.snapshotSaves)
		}
	})
	t.Run("a changed fold leaves the old one alone, and gets its own with the next commit", func(t *testing.T) {
		m := newMemory()
		old, do := journals(5, "before")
		written(t, m, do, one(40)...)
		deliver(t, snapshotter(t, m, old), m)
		forge(m)
		x := &engine.Commands{Store: m, Snapshots: m}
		if got := read(t, x, old); got.Lines != 999 {
			t.Fatalf("the old fold gives %+v, not what its snapshot says", got)
		}
		changed, do := journals(5, "after")
		want := read(t, &engine.Commands{Store: m}, changed)
		same(t, "the state by the changed fold", read(t, x, changed), want)
		written(t, m, do, []string{"next"})
		deliver(t, snapshotter(t, m, changed), m)
		if k := m.snapshots["journal-j"]; k.fold != changed.FoldID() || k.Version != 41 {
			t.Fatalf("the snapshot is %+v", k)
		}
		m.loads = 0
		same(t, "the state from its own", read(t, x, changed), line{"next"}.Evolve(want))
		if m.loads > 0 {
			t.Fatal("its own was not used")
		}
	})
	t.Run("what is too large is logged, and not tried with every commit", func(t *testing.T) {
		m := newMemory()
		a, do := journals(5, "now")
		s := snapshotter(t, m, a)
		m.snapshotsFull = engine.ErrTooLarge
		for range 14 {
			written(t, m, do, one(1)...)
			deliver(t, s, m)
		}
		if m.snapshotSaves != 2 {
			t.Fatalf("it was tried %d times in 14 versions, want 2", m.snapshotSaves)
		}
	})
}

func TestSnapshotsThatFail(t *testing.T) {
	m := newMemory()
	a, do := journals(5, "now")
	written(t, m, do, one(40)...)
	s := snapshotter(t, m, a)
	trouble := errors.New("the snapshots are away")
	m.snapshotsFail = trouble
	t.Run("fail no command", func(t *testing.T) {
		x := commands(t, m)
		x.Snapshots = m
		if got := execute(t, x, request(do, write{"j", []string{"x"}})); got.Version != 41 {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("are tried again by the snapshotter", func(t *testing.T) {
		last := m.streams["journal-j"][40:]
		if err := s.Deliver(t.Context(), "journal-j", last, 1); !errors.Is(err, trouble) {
			t.Fatalf("got %v", err)
		}
		m.snapshotsFail = nil
		if err := s.Deliver(t.Context(), "journal-j", last, 2); err != nil || m.snapshots["journal-j"].Version != 41 {
			t.Fatalf("got %v and %+v", err, m.snapshots)
		}
	})
}
