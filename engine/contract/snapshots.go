package contract

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Snapshots tests an [engine.Snapshots].
func Snapshots(t *testing.T, open func(t *testing.T) engine.Snapshots) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Snapshots)
	}{
		{"an unknown snapshot is zero", unknownSnapshot},
		{"a snapshot comes back", snapshotRoundTrip},
		{"a newer one takes its place", newerSnapshot},
		{"one that is not newer changes nothing", olderSnapshot},
		{"one of a changed fold is not found, and gives way whatever its version", changedFold},
		{"folds and streams are kept apart", snapshotsApart},
		{"of many at once the newest stays", snapshotRace},
		{"those of a stream are dropped, of whatever folds", snapshotsDropped},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// newFold gives a fold that nobody has used.
func newFold() es.FoldID { return es.FoldID{Name: "fold.State" + uuid.NewString(), Fingerprint: "one"} }

func snapshotAt(tb tester, version uint64) engine.Snapshot {
	tb.Helper()
	return engine.Snapshot{Version: version, State: event(tb, fmt.Sprint(version)).Data, Commands: []byte{byte(version)}}
}

func saveSnapshot(t *testing.T, snapshots engine.Snapshots, fold es.FoldID, stream es.StreamID, s engine.Snapshot) {
	t.Helper()
	try(t, "save a snapshot", patiently(func() error { return snapshots.SaveSnapshot(t.Context(), fold, stream, s) }))
}

func snapshotIs(t *testing.T, snapshots engine.Snapshots, fold es.FoldID, stream es.StreamID, want engine.Snapshot) {
	t.Helper()
	got, err := snapshots.Snapshot(t.Context(), fold, stream)
	try(t, "find a snapshot", err)
	same(t, "the snapshot", got, want)
}

func unknownSnapshot(t *testing.T, snapshots engine.Snapshots) {
	snapshotIs(t, snapshots, newFold(), newStream("contract"), engine.Snapshot{})
}

func snapshotRoundTrip(t *testing.T, snapshots engine.Snapshots) {
	for i, s := range []engine.Snapshot{
		{Version: 1 << 40, State: event(t, unicode).Data, Commands: []byte("\x00\xff\xfe\x80 binary \r\n")},
		{Version: 2, State: []byte(`{"n":12345678901234567890,"f":1.5e-7,"nested":[{"a":[]},null,true]}`)},
		{Version: 3, State: []byte(`null`), Commands: []byte{0}},
		{Version: 4, State: event(t, strings.Repeat("x", 200<<10)).Data, Commands: make([]byte, 4<<10)},
	} {
		fold, stream := newFold(), newStream("contract")+es.StreamID([]string{"", "é", "🂡", "#"}[i])
		saveSnapshot(t, snapshots, fold, stream, s)
		snapshotIs(t, snapshots, fold, stream, s)
	}
}

func newerSnapshot(t *testing.T, snapshots engine.Snapshots) {
	fold, stream := newFold(), newStream("contract")
	for version := uint64(1); version < 10; version += 2 {
		saveSnapshot(t, snapshots, fold, stream, snapshotAt(t, version))
		snapshotIs(t, snapshots, fold, stream, snapshotAt(t, version))
	}
}

func olderSnapshot(t *testing.T, snapshots engine.Snapshots) {
	fold, stream := newFold(), newStream("contract")
	stands := snapshotAt(t, 7)
	saveSnapshot(t, snapshots, fold, stream, stands)
	for _, version := range []uint64{1, 6, 7} {
		s := snapshotAt(t, version)
		s.State = event(t, "late").Data
		saveSnapshot(t, snapshots, fold, stream, s)
		snapshotIs(t, snapshots, fold, stream, stands)
	}
}

func changedFold(t *testing.T, snapshots engine.Snapshots) {
	was, stream := newFold(), newStream("contract")
	now := was
	now.Fingerprint = "two"
	saveSnapshot(t, snapshots, was, stream, snapshotAt(t, 7))
	snapshotIs(t, snapshots, now, stream, engine.Snapshot{})
	saveSnapshot(t, snapshots, now, stream, snapshotAt(t, 3))
	snapshotIs(t, snapshots, now, stream, snapshotAt(t, 3))
	snapshotIs(t, snapshots, was, stream, engine.Snapshot{})
	saveSnapshot(t, snapshots, now, stream, snapshotAt(t, 4))
	snapshotIs(t, snapshots, now, stream, snapshotAt(t, 4))
	// As when the change is taken back.
	saveSnapshot(t, snapshots, was, stream, snapshotAt(t, 4))
	snapshotIs(t, snapshots, was, stream, snapshotAt(t, 4))
	snapshotIs(t, snapshots, now, stream, engine.Snapshot{})
}

func snapshotsApart(t *testing.T, snapshots engine.Snapshots) {
	one, stream := newFold(), newStream("contract")
	two := es.FoldID{Name: one.Name + "#", Fingerprint: one.Fingerprint}
	saveSnapshot(t, snapshots, one, stream, snapshotAt(t, 1))
	snapshotIs(t, snapshots, two, stream, engine.Snapshot{})
	snapshotIs(t, snapshots, one, stream+"é", engine.Snapshot{})
	saveSnapshot(t, snapshots, two, stream, snapshotAt(t, 2))
	saveSnapshot(t, snapshots, one, stream+"é", snapshotAt(t, 3))
	snapshotIs(t, snapshots, one, stream, snapshotAt(t, 1))
	snapshotIs(t, snapshots, two, stream, snapshotAt(t, 2))
	snapshotIs(t, snapshots, one, stream+"é", snapshotAt(t, 3))
}

func snapshotRace(t *testing.T, snapshots engine.Snapshots) {
	fold, stream := newFold(), newStream("contract")
	for _, err := range together(t.Context(), writers, func(ctx context.Context, i int) error {
		return patiently(func() error { return snapshots.SaveSnapshot(ctx, fold, stream, snapshotAt(t, uint64(i+1))) })
	}) {
		try(t, "save a snapshot", err)
	}
	snapshotIs(t, snapshots, fold, stream, snapshotAt(t, writers))
}

func snapshotsDropped(t *testing.T, snapshots engine.Snapshots) {
	stream := newStream("contract")
	folds := []es.FoldID{newFold(), newFold(), {Name: "fold.State", Fingerprint: "two"}}
	for _, fold := range folds {
		saveSnapshot(t, snapshots, fold, stream, snapshotAt(t, 7))
		saveSnapshot(t, snapshots, fold, stream+"é", snapshotAt(t, 8))
	}
	for range 2 { // also when there are none
		try(t, "drop snapshots", patiently(func() error { return snapshots.DropSnapshots(t.Context(), stream) }))
		for _, fold := range folds {
			snapshotIs(t, snapshots, fold, stream, engine.Snapshot{})
			snapshotIs(t, snapshots, fold, stream+"é", snapshotAt(t, 8))
		}
	}
	saveSnapshot(t, snapshots, folds[0], stream, snapshotAt(t, 1))
	snapshotIs(t, snapshots, folds[0], stream, snapshotAt(t, 1))
}
