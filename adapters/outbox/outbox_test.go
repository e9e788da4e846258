package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var (
	_ engine.Mailer = (*outbox.Outbox)(nil)
	_ engine.Texter = (*outbox.Outbox)(nil)
)

func open(t *testing.T, dir string) *outbox.Outbox {
	t.Helper()
	mailer, err := outbox.Open(dir, "Matches <no-reply@example.org>")
	if err != nil {
		t.Fatal(err)
	}
	return mailer
}

func TestAMailCanBeReadBack(t *testing.T) {
	for name, content := range map[string]es.Mail{
		"plain":     {Subject: "Welcome", Text: "Hello,\n\nhttps://example.org/?a=b\n"},
		"unicode":   {Subject: "Zoë 🂡", Text: "日本語\r\n👋"},
		"injection": {Subject: "x\r\nBcc: all@example.org", Text: ".\n\nFrom: me"},
		"long":      {Subject: strings.Repeat("word ", 300) + "end", Text: strings.Repeat("é", 2000) + "\nshort = here"},
		"empty":     {},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "outbox")
			if err := open(t, dir).Mail(t.Context(), "id-1", "Zoë <zoe@example.org>", content); err != nil {
				t.Fatal(err)
			}
			file, err := os.ReadFile(filepath.Join(dir, "id-1.eml"))
			if err != nil {
				t.Fatal(err)
			}
			check(t, file, content)
		})
	}
}

func check(t *testing.T, file []byte, content es.Mail) {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if date, err := message.Header.Date(); err != nil || time.Since(date) > time.Minute {
		t.Errorf("date %v, error %v", date, err)
	}
	if to, err := message.Header.AddressList("To"); err != nil || len(to) != 1 || *to[0] != (mail.Address{Name: "Zoë", Address: "zoe@example.org"}) {
		t.Errorf("to %v, error %v", to, err)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil || subject != content.Subject {
		t.Errorf("subject %q, error %v", subject, err)
	}
	if message.Header.Get("Bcc") != "" {
		t.Error("the subject became a header")
	}
	body := message.Body
	if message.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	want := strings.ReplaceAll(strings.ReplaceAll(content.Text, "\r\n", "\n"), "\n", "\r\n")
	if err != nil || string(text) != want {
		t.Errorf("text %q, error %v", text, err)
	}
	for line := range bytes.Lines(file) {
		if len(line) > 1000 {
			t.Errorf("a line has %d bytes", len(line))
		}
	}
}

func TestAMailThatIsPostedAgainIsOneFile(t *testing.T) {
	dir := t.TempDir()
	mailer := open(t, dir)
	for _, text := range []string{"first", "second"} {
		if err := mailer.Mail(t.Context(), "../saga/match-1@3", "zoe@example.org", es.Mail{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, error %v", files, err)
	}
	file, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil || !strings.HasSuffix(string(file), "\r\n\r\nfirst") {
		t.Fatalf("the file is %q, error %v", file, err)
	}
}

func TestABadAddressIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Mail(t.Context(), "id", "zoe@example.org\r\nBcc: all@example.org", es.Mail{}); err == nil {
		t.Error("the address is taken")
	}
	if _, err := outbox.Open(dir, "nobody"); err == nil {
		t.Error("the sender is taken")
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("the folder holds %v", files)
	}
}

func TestATextMessageIsOneFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	box := open(t, dir)
	for _, text := range []string{"Your code is 01234.\n日本語 👋", "second"} {
		if err := box.Text(t.Context(), "../otp/worker-1@3", es.SMS{Number: "+6581234567", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := box.Mail(t.Context(), "../otp/worker-1@3", "zoe@example.org", es.Mail{Text: "a mail of the same id"}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 || filepath.Ext(files[0]) != ".eml" || filepath.Ext(files[1]) != ".sms" {
		t.Fatalf("files %v, error %v", files, err)
	}
	file, err := os.ReadFile(files[1])
	if want := "To: +6581234567\n\nYour code is 01234.\n日本語 👋"; err != nil || string(file) != want {
		t.Fatalf("the file is %q, error %v", file, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); len(left) > 0 {
		t.Errorf("the folder holds %v", left)
	}
}

func TestABadNumberIsRefused(t *testing.T) {
	dir := t.TempDir()
	for _, number := range []string{"", "+", "6581234567", "+0123", "+65 8123", "+658123\nTo: +1", "+1234567890123456"} {
		if err := open(t, dir).Text(t.Context(), "id", es.SMS{Number: number}); err == nil || len(number) > 1 && strings.Contains(err.Error(), number) {
			t.Errorf("the number %q gives the error %v", number, err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("the folder holds %v", files)
	}
}

func TestNothingIsPostedAfterTheContextHasEnded(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t, dir).Text(ctx, "id", es.SMS{Number: "+6581234567"}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("the folder holds %v", files)
	}
}
