package portable

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// writer writes the lines of a file.
type writer struct {
	to     *bufio.Writer
	sum    hash.Hash // of all lines
	chains chains
	buffer []byte
}

func newWriter(to io.Writer) *writer {
	w := &writer{sum: sha256.New()}
	w.to = bufio.NewWriterSize(to, 256<<10)
	return w
}

func (w *writer) line(l Line) error {
	text, err := encode(l)
	if err != nil {
		return err
	}
	b := w.buffer[:0]
	b = append(b, beforeLink...)
	b = append(b, w.chains.next(text).link()...)
	b = append(b, behindLink...)
	b = append(append(b, text...), '\n')
	w.buffer = b
	w.sum.Write(b)
	if _, err := w.to.Write(b); err != nil {
		return fmt.Errorf("write a line: %w", err)
	}
	return nil
}

// end writes the trailer.
func (w *writer) end(t Trailer) (Trailer, error) {
	t.Contents, t.SHA256 = w.chains.commits.String(), hex.EncodeToString(w.sum.Sum(nil))
	if err := w.line(Line{Trailer: &t}); err != nil {
		return t, err
	}
	if err := w.to.Flush(); err != nil {
		return t, fmt.Errorf("write the end: %w", err)
	}
	return t, nil
}
