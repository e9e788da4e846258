// Package outbox posts mails and text messages into a folder, for machines without services for them: each as one text file,
// which mail programs can open if it is a mail.
package outbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Outbox implements the Mailer and the Texter of package engine with a folder. It is safe for concurrent use.
type Outbox struct {
	dir  string
	from *mail.Address
}

// Open makes an outbox of a folder, which need not be there yet. From is the mails' sender, as in "Matches <no-reply@example.org>".
func Open(dir, from string) (*Outbox, error) {
	address, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("parse the sender's address %q: %w", from, err)
	}
	return &Outbox{dir: dir, from: address}, nil
}

// Mail writes the mail as <id>.eml, with what file names cannot have escaped as in URLs. A mail that is posted again stays as
// it was posted first.
func (o *Outbox) Mail(ctx context.Context, id, address string, content es.Mail) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, err := mail.ParseAddress(address)
	if err != nil {
		return fmt.Errorf("parse the address of mail %s: %w", id, err)
	}
	return o.post("mail", id, ".eml", func() []byte { return o.message(id, to, content) })
}

// Text writes the message as <id>.sms, with its number in the first line and the text below an empty one, as [Outbox.Mail] does.
// Errors do not tell the number.
func (o *Outbox) Text(ctx context.Context, id string, m es.SMS) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !isNumber(m.Number) {
		return fmt.Errorf("post text message %s: its number is not one of a phone", id)
	}
	return o.post("text message", id, ".sms", func() []byte { return fmt.Appendf(nil, "To: %s\n\n%s", m.Number, m.Text) })
}

// isNumber reports whether a text is a phone number as E.164 writes it: a plus and up to 15 digits, no zero first.
func isNumber(text string) bool {
	digits, ok := strings.CutPrefix(text, "+")
	return ok && digits != "" && digits[0] != '0' && len(digits) <= 15 && !strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
}

// Make makes the folder, unless it is there: whoever looks into it before anything is posted finds it empty. To post does so too.
func (o *Outbox) Make() error {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	return nil
}

// post writes a file unless it is there.
func (o *Outbox) post(what, id, suffix string, content func() []byte) error {
	if err := o.Make(); err != nil {
		return fmt.Errorf("post %s %s: %w", what, id, err)
	}
	path := filepath.Join(o.dir, url.PathEscape(id)+suffix)
	if _, err := os.Stat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for %s %s: %w", what, id, err)
	}
	if err := write(path, content()); err != nil {
		return fmt.Errorf("write %s %s: %w", what, id, err)
	}
	return nil
}

// message formats a mail as RFC 5322 says.
func (o *Outbox) message(id string, to *mail.Address, content es.Mail) []byte {
	var b bytes.Buffer
	body, encoding := encode(content.Text)
	for _, header := range [][2]string{
		{"Date", time.Now().Format(time.RFC1123Z)},
		{"From", o.from.String()},
		{"To", to.String()},
		{"Subject", fold(mime.QEncoding.Encode("utf-8", content.Subject))},
		{"Message-ID", fmt.Sprintf("<%x@outbox.invalid>", sha256.Sum256([]byte(id)))},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", encoding},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", header[0], header[1])
	}
	b.WriteString("\r\n")
	b.WriteString(body)
	return b.Bytes()
}

// fold breaks the lines of a header's value at spaces, so that they are about as long as RFC 5322 recommends.
func fold(value string) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.Split(value, " ") {
		switch {
		case i > 0 && length > 60:
			b.WriteString("\r\n ")
			length = 0
		case i > 0:
			b.WriteString(" ")
		}
		b.WriteString(word)
		length += len(word) + 1
	}
	return b.String()
}

// longestLine is the most bytes of a line that RFC 5322 allows.
const longestLine = 998

// encode leaves the text as it is, for people to read, unless a line is too long.
func encode(text string) (body, encoding string) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	encoding = "8bit"
	for _, line := range lines {
		if len(line) > longestLine || strings.ContainsAny(line, "\r\x00") {
			encoding = "quoted-printable"
		}
	}
	body = strings.Join(lines, "\r\n")
	if encoding == "8bit" {
		return body, encoding
	}
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	// A strings.Builder takes everything.
	_, _ = w.Write([]byte(body))
	_ = w.Close()
	return b.String(), encoding
}

// write makes a file that appears with all its content.
func write(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
