// Package outbox posts mails into a folder, for machines without a mail service: each as one text file that mail programs
// can open.
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

// Mailer implements the Mailer of package engine with a folder of mails. It is safe for concurrent use.
type Mailer struct {
	dir  string
	from *mail.Address
}

// Open makes a mailer of a folder, which it makes if it is not there. From is the sender, as in "Matches <no-reply@example.org>".
func Open(dir, from string) (*Mailer, error) {
	address, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("parse the sender's address %q: %w", from, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the outbox: %w", err)
	}
	return &Mailer{dir: dir, from: address}, nil
}

// Mail writes the mail as <id>.eml, with what file names cannot have escaped as in URLs. A mail that is posted again stays as
// it was posted first.
func (m *Mailer) Mail(ctx context.Context, id, address string, content es.Mail) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, err := mail.ParseAddress(address)
	if err != nil {
		return fmt.Errorf("parse the address of mail %s: %w", id, err)
	}
	path := filepath.Join(m.dir, url.PathEscape(id)+".eml")
	if _, err := os.Stat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for mail %s: %w", id, err)
	}
	if err := write(path, m.message(id, to, content)); err != nil {
		return fmt.Errorf("write mail %s: %w", id, err)
	}
	return nil
}

// message formats a mail as RFC 5322 says.
func (m *Mailer) message(id string, to *mail.Address, content es.Mail) []byte {
	var b bytes.Buffer
	body, encoding := encode(content.Text)
	for _, header := range [][2]string{
		{"Date", time.Now().Format(time.RFC1123Z)},
		{"From", m.from.String()},
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
