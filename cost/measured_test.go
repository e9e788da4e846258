package cost_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

var update = flag.Bool("update", false, "write the generated files")

// TestMeasured plays the demo's stories, and holds what they leave against what is assumed of commits and documents.
func TestMeasured(t *testing.T) {
	store := played(t)
	got := measure(t, store)
	if *update {
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("measured.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := cost.FromTheDemo()
	for what, is := range map[string][2]float64{
		"commits":            {float64(got.Commits), float64(want.Commits)},
		"bytes of a commit":  {float64(got.CommitBytes), float64(want.CommitBytes)},
		"events of a commit": {got.Events, want.Events},
		"documents":          {float64(got.Rows), float64(want.Rows)},
		"share of commits with something personal": {got.Sealed, want.Sealed},
		"bytes of a document": {
			float64(got.RowBytes), float64(want.RowBytes),
		},
	} {
		if math.Abs(is[0]-is[1]) > 0.1*is[1] {
			t.Errorf("%s: measured %g, and measured.json says %g; make cost writes it anew", what, is[0], is[1])
		}
	}
}

// played gives the store of a server on which all stories have been played.
func played(t *testing.T) *sqlite.DB {
	t.Helper()
	system, err := local.Open(local.Config{App: domain.App, Address: "127.0.0.1:0", Data: t.TempDir()}, true)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := system.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- system.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, system.Close()); err != nil {
			t.Error(err)
		}
	})
	binary := filepath.Join(t.TempDir(), "demo")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/demo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	url := "http://" + listener.Addr().String()
	out, err := exec.CommandContext(t.Context(), binary, "-story", "all", "-url", url, "-outbox", filepath.Join(system.Data, "outbox")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return system.Store
}

// measure looks at the feed, and at the documents of its streams once they show them.
func measure(t *testing.T, store *sqlite.DB) cost.Measured {
	t.Helper()
	var m cost.Measured
	last := map[es.StreamID]uint64{}
	personal, sealed, couldBe := map[string]bool{}, 0, 0
	for _, a := range domain.App.Folders() {
		personal[a.Category()] = personal[a.Category()] || a.IsPersonal()
	}
	for c, err := range engine.CatchUp(t.Context(), store, 0) {
		if err != nil {
			t.Fatal(err)
		}
		text, err := es.Encode(c.Commit)
		if err != nil {
			t.Fatal(err)
		}
		m.Commits++
		m.CommitBytes += len(text)
		m.Events += float64(len(c.Events))
		subjects, err := engine.SubjectsOf(c.Commit)
		if err != nil {
			t.Fatal(err)
		}
		if len(subjects) > 0 {
			sealed++
		}
		if personal[c.Stream.Category()] {
			couldBe++
		}
		last[c.Stream] = c.Last()
	}
	for _, view := range domain.App.Views() {
		for stream, version := range last {
			if !view.Global && view.Categories[0] == stream.Category() {
				m.Rows++
				m.RowBytes += len(documentAt(t, store, view.Name, stream, version))
			}
		}
	}
	m.CommitBytes /= m.Commits
	m.Events = math.Round(100*m.Events/float64(m.Commits)) / 100
	m.RowBytes /= m.Rows
	m.Sealed = math.Round(100*float64(sealed)/float64(couldBe)) / 100
	return m
}

func documentAt(t *testing.T, store *sqlite.DB, view string, stream es.StreamID, version uint64) []byte {
	t.Helper()
	tick, deadline := time.NewTicker(10*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for {
		row, err := store.Row(t.Context(), view, stream.ID())
		if err != nil {
			t.Fatal(err)
		}
		if row.Version >= version {
			return row.Doc
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s shows %s at version %d, not %d", view, stream, row.Version, version)
		}
	}
}
