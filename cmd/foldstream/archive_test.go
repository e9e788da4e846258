package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// fill puts two commits into a store.
func fill(t *testing.T, data string) {
	t.Helper()
	system, err := local.Open(local.Config{App: domain.App, Data: data}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range []es.StreamID{"match-1", "user-1"} {
		err := system.Store.Append(t.Context(), es.Draft{Stream: stream, Events: []es.Recorded{{Type: "Noted", Data: jsontext.Value("{}")}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := system.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestArchiveCommand(t *testing.T) {
	data := t.TempDir()
	if said := execute(t, "archive", "--data", data); !strings.Contains(said, "0 commits") {
		t.Errorf("of an empty store it says %q", said)
	}
	fill(t, data)
	if said := execute(t, "archive", "--data", data, "--dry-run"); !strings.Contains(said, "2 commits would go to") {
		t.Errorf("before it is archived it says %q", said)
	}
	if said := execute(t, "archive", "--data", data); !strings.Contains(said, "2 commits") {
		t.Errorf("of two commits it says %q", said)
	}
	if said := execute(t, "archive", "--data", data); !strings.Contains(said, "0 commits") {
		t.Errorf("the second time it says %q", said)
	}
	if said := execute(t, "archive", "--data", data, "--verify"); !strings.Contains(said, "All 2 commits") {
		t.Errorf("it finds %q", said)
	}
	if said := execute(t, "archive", "--data", data, "--dry-run", "--json"); !strings.Contains(said, `"commits":0,"would":true}`) {
		t.Errorf("behind that it says %q", said)
	}
	var manifest string
	err := fs.WalkDir(os.DirFS(data), "archive/manifests", func(path string, entry fs.DirEntry, err error) error {
		if !entry.IsDir() {
			manifest = path
		}
		return err
	})
	if err != nil || manifest == "" {
		t.Fatal("there are no manifests", err)
	}
	if err := os.Remove(filepath.Join(data, manifest)); err != nil {
		t.Fatal(err)
	}
	c := root()
	c.SetArgs([]string{"archive", "--data", data, "--verify"})
	if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "2 commits were archived, of which 1 are there") {
		t.Errorf("with a segment less: %v", err)
	}
	c = root()
	c.SetArgs([]string{"archive", "--stage", "dev"})
	if err := c.ExecuteContext(t.Context()); err == nil {
		t.Error("it archived a stage into a folder")
	}
}
