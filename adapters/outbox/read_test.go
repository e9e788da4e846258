package outbox_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/es"
)

func TestWhatIsPostedIsFoundByWhomItIsTo(t *testing.T) {
	dir := t.TempDir()
	box := open(t, dir)
	long := es.Mail{Subject: strings.Repeat("wörd ", 50) + "end", Text: strings.Repeat("é", 2000) + "\r\nshort = here"}
	for id, m := range map[string]es.Mail{"1": {Subject: "Zoë 🂡", Text: "日本語"}, "2": long} {
		if err := box.Mail(t.Context(), id, "zoe@example.org", m); err != nil {
			t.Fatal(err)
		}
	}
	if err := box.Mail(t.Context(), "3", "ann@example.org", es.Mail{Text: "zoe@example.org"}); err != nil {
		t.Fatal(err)
	}
	if err := box.Text(t.Context(), "4", es.SMS{Number: "+6581234567", Text: "Your code is 01234.\n👋"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".new-1"), []byte("half a mes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for to, want := range map[string][]es.Mail{
		"zoe@example.org": {{Subject: "Zoë 🂡", Text: "日本語"}, long},
		"+6581234567":     {{Text: "Your code is 01234.\n👋"}},
		"bob@example.org": nil,
	} {
		got, err := outbox.Folder(dir).To(t.Context(), to)
		slices.SortFunc(got, func(a, b es.Mail) int { return len(a.Text) - len(b.Text) })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("to %s: %q, %v; want %q", to, got, err, want)
		}
	}
	if _, err := outbox.Folder(filepath.Join(dir, "nowhere")).To(t.Context(), "zoe@example.org"); err == nil {
		t.Error("a folder that is not there is empty")
	}
}
