package dynamo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestSnapshotsTakeWhatFitsAnItem(t *testing.T) {
	set := tables(t)
	fold, room := es.FoldID{Name: "room.Room", Fingerprint: "1"}, stream("room")
	const most = 390 << 10
	of := func(version uint64, bytes int) engine.Snapshot {
		commands := []byte{0, 255, 10}
		return engine.Snapshot{Version: version, State: []byte(`"` + strings.Repeat("x", bytes-2-len(commands)) + `"`), Commands: commands}
	}
	if err := set.snapshots().SaveSnapshot(t.Context(), fold, room, of(1, most)); err != nil {
		t.Fatal(err)
	}
	if err := set.snapshots().SaveSnapshot(t.Context(), fold, room, of(2, most+1)); !errors.Is(err, engine.ErrTooLarge) {
		t.Fatalf("save one byte too many: got error %v, want %v", err, engine.ErrTooLarge)
	}
	got, err := set.snapshots().Snapshot(t.Context(), fold, room)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the snapshot", got, of(1, most))
}

func TestSnapshotsReadConsistently(t *testing.T) {
	f, client := newFake(t, func(_ string, _ int, input map[string]any) answer {
		if input["ConsistentRead"] != true {
			t.Error("the read is not consistent")
		}
		return answer{body: map[string]any{"Item": map[string]any{"fingerprint": s("1"), "version": s("one"), "state": s("{}")}}}
	})
	var fault *es.Fault
	_, err := (&dynamo.Snapshots{Client: client, Table: "snapshots"}).Snapshot(t.Context(), es.FoldID{Fingerprint: "1"}, "room-1")
	if !errors.As(err, &fault) {
		t.Fatalf("read a version that is none: got error %v, want a fault", err)
	}
	same(t, "the calls", f.made(), "GetItem")
}
