package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// TestMovingThereAndBack brings a store from here to a stage, and back into another folder.
func TestMovingThereAndBack(t *testing.T) {
	d := deploy(t)
	d.equip(t)
	home, back, dir := lived(t, 60), t.TempDir(), t.TempDir()
	first, second := filepath.Join(dir, "first.jsonl.gz"), filepath.Join(dir, "second.jsonl")

	said := foldstream(t, "export", first, "--data", home)
	says(t, said, "182 commits", "1 timers")
	sum := contentsOf(t, said)
	says(t, d.run(t, "import", first, "--dry-run"), "Nothing is written. The file is whole, and would import 182 commits", "1 timers are set", sum)
	says(t, d.run(t, "import", first), "Imported 182 commits", "0 were there before", "All views are rebuilt", sum)
	says(t, d.run(t, "verify"), "Nothing is wrong")

	said = d.run(t, "export", second)
	says(t, said, "182 commits", "1 timers", sum)
	says(t, foldstream(t, "import", second, "--data", back), "Imported 182 commits", sum)
	says(t, foldstream(t, "verify", "--data", back), "Nothing is wrong")
	says(t, foldstream(t, "import", second, "--data", back), "Imported 0 commits", "182 were there before")
	says(t, foldstream(t, "import", first, "--data", home), "failed: ", "the store holds something else: 182 commits")
	says(t, foldstream(t, "export", second, "--data", home), "failed: ", "is there already")

	at(t, back, func(s *local.System) {
		standing, err := s.Store.Standing(t.Context(), "wallets")
		if err != nil {
			t.Fatal(err)
		}
		row, err := s.Store.Row(t.Context(), engine.GenerationName("wallets", standing.Live), "w7")
		if err != nil || row.Version != 3 {
			t.Errorf("the row is at version %d of generation %d, error %v", row.Version, standing.Live, err)
		}
		set, err := s.Store.Upcoming(t.Context(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]engine.Errand{deadline}, set.Errands); diff != "" {
			t.Errorf("timers (-want +got):\n%s", diff)
		}
		at(t, home, func(was *local.System) { sameFeed(t, was, s) })
	})
}

func TestImportRefuses(t *testing.T) {
	home, dir := lived(t, 3), t.TempDir()
	file := filepath.Join(dir, "store.jsonl")
	says(t, foldstream(t, "export", file, "--data", home), "11 commits")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	with := func(changed string) string {
		name := filepath.Join(t.TempDir(), "changed.jsonl")
		if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	damaged := with(strings.Replace(string(text), `"amount":"12.5"`, `"amount":"99.5"`, 1))
	target := t.TempDir()
	says(t, foldstream(t, "import", damaged, "--data", target, "--dry-run"), "failed: ", "the file is damaged: line 3")
	says(t, foldstream(t, "import", damaged, "--data", target), "failed: ", "the file is damaged: line 3")
	says(t, foldstream(t, "import", with(string(text[:len(text)-700])), "--data", target), "failed: ", "cut off")
	says(t, foldstream(t, "import", with(strings.Replace(string(text), `"format":1`, `"format":2`, 1)), "--data", target), "failed: ", "format 2, this program reads 1")
	says(t, foldstream(t, "import", filepath.Join(dir, "none"), "--data", target), "failed: ", "no such file")
	says(t, foldstream(t, "import", file, "--data", target), "Imported", "All views are rebuilt")
	says(t, foldstream(t, "verify", "--data", target), "Nothing is wrong")

	at(t, target, func(s *local.System) {
		err := s.Store.Append(t.Context(), es.Draft{Stream: "match-other", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}})
		if err != nil {
			t.Fatal(err)
		}
	})
	says(t, foldstream(t, "import", file, "--data", target), "Imported 0 commits") // all of it is there
	later := filepath.Join(dir, "later.jsonl")
	at(t, home, func(s *local.System) {
		if err := s.Store.Append(t.Context(), es.Draft{Stream: "match-later", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}}); err != nil {
			t.Fatal(err)
		}
	})
	says(t, foldstream(t, "export", later, "--data", home), "12 commits")
	says(t, foldstream(t, "import", later, "--data", target), "failed: ", "the store holds something else: 12 commits, of which 11 came of this store")
}

// TestImportOfALaterExport brings most of a store over first, and what was written meanwhile at the end.
func TestImportOfALaterExport(t *testing.T) {
	home, target, dir := lived(t, 3), t.TempDir(), t.TempDir()
	early, late := filepath.Join(dir, "early.jsonl"), filepath.Join(dir, "late.jsonl")
	says(t, foldstream(t, "export", early, "--data", home, "--until", "7"), "7 commits")
	says(t, foldstream(t, "import", early, "--data", target, "--more"), "Imported 7 commits", "0 timers are set", "left to the export that follows")
	says(t, foldstream(t, "export", late, "--data", home), "11 commits")
	says(t, foldstream(t, "import", late, "--data", target), "Imported 4 commits", "7 were there before", "1 timers are set")
	says(t, foldstream(t, "import", early, "--data", target), "failed: ", "a later export of the same store")
	at(t, target, func(s *local.System) {
		at(t, home, func(was *local.System) { sameFeed(t, was, s) })
	})
}
