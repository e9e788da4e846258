// Package outbox posts mails into a folder, one file each, where people and tests can read them: the mailer of one machine.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"

	"github.com/foldstream/foldstream/es"
)

// Dir is the folder. It implements engine.Mailer. The folder is made with the first mail.
type Dir string

// Mail writes a mail to the file id.eml (RFC 5322), in place of one that was posted with the same id before.
func (d Dir) Mail(_ context.Context, id, address string, m es.Mail) error {
	text, err := format(id, address, m)
	if err != nil {
		return fmt.Errorf("write mail %s: %w", id, err)
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	file, err := os.CreateTemp(string(d), ".*.tmp")
	if err != nil {
		return fmt.Errorf("write mail %s: %w", id, err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write mail %s: %w", id, err)
	}
	if err := os.Rename(file.Name(), filepath.Join(string(d), id+".eml")); err != nil {
		return fmt.Errorf("write mail %s: %w", id, err)
	}
	return nil
}

func format(id, address string, m es.Mail) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "To: %s\r\n", (&mail.Address{Address: address}).String())
	fmt.Fprintf(&b, "Subject: %s\r\n", mime.QEncoding.Encode("utf-8", m.Subject))
	fmt.Fprintf(&b, "Message-ID: <%s@foldstream>\r\n", id)
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	body := quotedprintable.NewWriter(&b)
	if _, err := body.Write([]byte(m.Text)); err != nil {
		return "", err
	}
	return b.String(), body.Close()
}
