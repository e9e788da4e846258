package outbox_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/es"
)

func TestMail(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	sent := es.Mail{To: "u1", Subject: "Dein Spiel läuft", Text: "Hallo Ädä,\nlos = jetzt!\n"}
	for range 2 {
		if err := outbox.Dir(dir).Mail(t.Context(), "m1", "ada@example.com", sent); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "m1.eml" {
		t.Fatalf("the same mail twice left %v, %v", entries, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "m1.eml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != sent.Subject || got.Header.Get("To") != "<ada@example.com>" {
		t.Fatalf("%v, %v", got.Header, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != sent.Text {
		t.Fatalf("body %q, %v", body, err)
	}
}

func TestASubjectCannotAddHeaders(t *testing.T) {
	dir := t.TempDir()
	m := es.Mail{Subject: "a\r\nBcc: eve@example.com", Text: "x"}
	if err := outbox.Dir(dir).Mail(t.Context(), "m1", "ada@example.com", m); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "m1.eml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(string(text)))
	if err != nil || got.Header.Get("Bcc") != "" {
		t.Fatalf("%v, %v", got.Header, err)
	}
}
