package folder_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/foldstream/foldstream/adapters/folder"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

func TestArchive(t *testing.T) {
	contract.Archive(t, func(t *testing.T) engine.Archive { return &folder.Archive{Dir: filepath.Join(t.TempDir(), "archive")} })
}

func TestWhatWasNotFinishedIsNotThere(t *testing.T) {
	archive := &folder.Archive{Dir: t.TempDir()}
	if _, err := archive.Put(t.Context(), "a/file", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(archive.Dir, "a", ".unfinished-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, err := range archive.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if len(names) != 1 || names[0] != "a/file" {
		t.Errorf("%v is listed", names)
	}
	left, err := filepath.Glob(filepath.Join(archive.Dir, "a", ".unfinished-*"))
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left of what was put, error %v", left, err)
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	archive := &folder.Archive{Dir: filepath.Join(t.TempDir(), "archive")}
	for _, name := range []string{"", "../x", "/x", "a/../../x", "a//b"} {
		if _, err := archive.Put(t.Context(), name, []byte("x")); err == nil {
			t.Errorf("%q was put", name)
		}
		if _, err := archive.Get(t.Context(), name); err == nil {
			t.Errorf("%q was read", name)
		}
	}
}
