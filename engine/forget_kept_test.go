package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestForgetDropsSnapshots: they were taken before anybody said that there is something personal.
func TestForgetDropsSnapshots(t *testing.T) {
	h := open(t)
	h.happen(t, "member-cy", es.Head{}, admitted{"Cy", "cy@example.com"})
	fold := es.FoldID{Name: "club.Member", Fingerprint: "of long ago"}
	for _, stream := range []es.StreamID{"member-ann", "member-bob", "member-cy"} {
		if err := h.stored.SaveSnapshot(t.Context(), fold, stream, engine.Snapshot{Version: 1, State: []byte(`{"name":"Ann"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	f := h.forget(time.Nanosecond)
	f.Commands.Snapshots = h.stored
	if _, err := f.Run(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[es.StreamID]uint64{"member-ann": 0, "member-bob": 0, "member-cy": 1} {
		if got, err := h.stored.Snapshot(t.Context(), fold, stream); err != nil || got.Version != want {
			t.Errorf("%s has a snapshot at version %d, error %v, want %d", stream, got.Version, err, want)
		}
	}
}

// TestForgetNeedsTheArchive: who cannot read all that is archived cannot tell where somebody is.
func TestForgetNeedsTheArchive(t *testing.T) {
	h := open(t)
	h.stored.order[0] = es.Commit{Stream: "member-ann", Version: 1}
	f := h.forget(time.Nanosecond)
	if _, err := f.Look(t.Context()); !errors.Is(err, engine.ErrArchived) {
		t.Errorf("a look gave %v", err)
	}
	if _, err := f.Run(t.Context(), true); !errors.Is(err, engine.ErrArchived) {
		t.Errorf("it gave %v", err)
	}
	h.shows(t, "Ann", "Bob")
	if all, err := h.keys.Forgettings(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("forgotten are %v, error %v", all, err)
	}
}
