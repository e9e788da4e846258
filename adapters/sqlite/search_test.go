package sqlite_test

import (
	"slices"
	"testing"

	"github.com/foldstream/foldstream/adapters/sqlite"
)

func find(t *testing.T, db *sqlite.DB, query string) []string {
	t.Helper()
	ids, err := db.Find(t.Context(), "view", query, 10)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestWordsOfManyScriptsAreFound(t *testing.T) {
	db := open(t)
	for id, text := range map[string]string{
		"decomposed": "Cafe\u0301 Mu\u0308ller", "devanagari": "नमस्ते दुनिया", "thai": "สวัสดี ชาวโลก", "greek": "Καλημέρα κόσμε", "arabic": "مرحبا بالعالم",
		"chinese": "棋盤 遊戲", "underscore": "snake_case", "hyphen": "twenty-one", "digits": "42 ½ ٤٢",
	} {
		if err := db.Index(t.Context(), "view", id, 1, text); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{
		"café": "decomposed", "cafe muller": "decomposed", "CAFE\u0301": "decomposed", "नमस्ते": "devanagari", "दुनिया नम": "devanagari", "นมสวัสดี": "", "สวัสดี": "thai",
		"ΚΑΛΗΜΈΡΑ κόσμ": "greek", "بالعالم مرح": "arabic", "棋": "chinese", "snake case": "underscore", "snake_ca": "underscore", "one twenty": "hyphen",
		"twenty-o": "hyphen", "42": "digits", "\u0301": "", "\u0301 cafe": "decomposed",
	} {
		var wanted []string
		if want != "" {
			wanted = []string{want}
		}
		if got := find(t, db, query); !slices.Equal(got, wanted) {
			t.Errorf("%q finds %q, want %q", query, got, wanted)
		}
	}
}

func TestAnIndexForgetsNoVersionWithTheProcess(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	for version, text := range []string{"first", "", "third"} {
		for _, id := range []string{"a", "b"}[:max(1, 2-version)] {
			if err := db.Index(t.Context(), "view", id, uint64(version+1), text); err != nil {
				t.Fatal(err)
			}
		}
	}
	shut(t, db)
	db = openIn(t, dir)
	for _, id := range []string{"a", "b"} {
		if err := db.Index(t.Context(), "view", id, 0, "late"); err != nil {
			t.Fatal(err)
		}
	}
	if got := find(t, db, "late"); len(got) > 0 {
		t.Errorf("an older text is found in %q", got)
	}
	if got := find(t, db, "thi"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the newest text is found in %q", got)
	}
}
