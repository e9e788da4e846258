package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/local"
)

// TestImportOfForgottenPersons has somebody be forgotten between two exports: the rows that the first one made show her until those of
// persons are rebuilt, and until then nobody says that it is done.
func TestImportOfForgottenPersons(t *testing.T) {
	home, target, dir := t.TempDir(), t.TempDir(), t.TempDir()
	first, keys, second := filepath.Join(dir, "first.jsonl"), filepath.Join(dir, "keys"), filepath.Join(dir, "second.jsonl")
	var id string
	at(t, home, func(s *local.System) { id = signUp(t, s.Commands, forgottenMail, forgottenName) })
	says(t, foldstream(t, "export", first, "--keys", keys, "--data", home), "3 commits")
	says(t, foldstream(t, "import", first, "--keys", keys, "--data", target), "Imported 3 commits")
	at(t, home, func(s *local.System) {
		f := &engine.Forget{Installation: s.Installation, Subject: id, By: "root", Why: "asked", Bound: time.Nanosecond}
		if report, err := f.Run(t.Context(), true); err != nil || report.Done.IsZero() {
			t.Fatalf("forgetting gave %+v, error %v", report, err)
		}
	})
	says(t, foldstream(t, "export", second, "--data", home), "1 notes of forgotten persons")
	shows := func(name string) {
		t.Helper()
		at(t, target, func(s *local.System) {
			standing, err := s.Store.Standing(t.Context(), "users")
			if err != nil {
				t.Fatal(err)
			}
			row, err := s.Store.Row(t.Context(), engine.GenerationName("users", standing.Live), id)
			if err != nil || !strings.Contains(string(row.Doc), `"name":"`+name+`"`) {
				t.Fatalf("the row is %s, error %v, want %s", row.Doc, err, name)
			}
		})
	}
	shows(forgottenName)
	says(t, foldstream(t, "import", second, "--more", "--data", target), "Imported 1 commits", "may show 1 persons who have been forgotten")
	says(t, foldstream(t, "forget", "--list", "--data", target), id, "no: call forget again")
	says(t, foldstream(t, "import", second, "--leave-views", "--data", target), "Imported 0 commits", "1 persons have been forgotten: the views of persons are rebuilt")
	shows("erased")
	if said := foldstream(t, "forget", "--list", "--data", target); strings.Contains(said, "call forget again") {
		t.Errorf("it said %s", said)
	}
	says(t, foldstream(t, "import", second, "--leave-views", "--data", target), "The views are left to those who project.")
	says(t, foldstream(t, "verify", "--data", target), "Nothing is wrong")
}
