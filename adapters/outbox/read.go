package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"

	"github.com/foldstream/foldstream/es"
)

// Folder is an outbox to be read, by whoever looks at what was posted.
type Folder string

// To gives what was posted to an address or a phone number, in no order. A text message comes as a mail without a subject.
func (f Folder) To(ctx context.Context, address string) ([]es.Mail, error) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, fmt.Errorf("look into the outbox: %w", err)
	}
	var found []es.Mail
	for _, entry := range entries {
		if suffix := filepath.Ext(entry.Name()); suffix != ".eml" && suffix != ".sms" {
			continue
		}
		m, is, err := f.read(entry.Name(), address)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody empties the outbox
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of the outbox: %w", entry.Name(), err)
		}
		if is {
			found = append(found, m)
		}
	}
	return found, nil
}

// read reads a file, and reports whether it is to an address.
func (f Folder) read(name, address string) (m es.Mail, is bool, err error) {
	file, err := os.Open(filepath.Join(string(f), name))
	if err != nil {
		return m, false, err
	}
	defer file.Close()
	message, err := mail.ReadMessage(file)
	if err != nil {
		return m, false, err
	}
	to := message.Header.Get("To")
	if parsed, err := mail.ParseAddress(to); err == nil {
		to = parsed.Address
	}
	if to != address {
		return m, false, nil
	}
	body := message.Body
	if message.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return m, false, err
	}
	text, err := io.ReadAll(body)
	m.Text = string(text)
	return m, true, err
}
