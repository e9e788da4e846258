package portable

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Reader reads a file, and makes sure of each line. It belongs to one goroutine.
type Reader struct {
	header Header
	from   *bufio.Reader
	sum    hash.Hash
	chains chains
	line   uint64
	seen   Trailer // as far as it has come
	ended  bool
}

// longest bounds a line: a commit and a timer have 256 KB.
const longest = 4 << 20

// NewReader begins to read a file.
func NewReader(from io.Reader) (*Reader, error) {
	r := &Reader{from: bufio.NewReaderSize(from, longest), sum: sha256.New()}
	text, err := r.read()
	if err != nil {
		return nil, err
	}
	if err := checkFormat(text); err != nil {
		return nil, err
	}
	l, err := r.take(text)
	if err != nil {
		return nil, err
	}
	if l.Header == nil {
		return nil, r.damaged("it is no header")
	}
	r.header = *l.Header
	return r, nil
}

// checkFormat tells a file of another version from one that is damaged.
func checkFormat(text []byte) error {
	var first struct {
		Foldstream *struct {
			Format int `json:"format"`
		} `json:"foldstream"`
	}
	if err := es.Decode(text, &first); err != nil || first.Foldstream == nil {
		return fmt.Errorf("%w: it is no export of a store", ErrFormat)
	}
	if f := first.Foldstream.Format; f != Format {
		return fmt.Errorf("%w: it has format %d, this program reads %d", ErrFormat, f, Format)
	}
	return nil
}

// Header is the file's first line.
func (r *Reader) Header() Header { return r.header }

// Next gives the next line behind the header; [io.EOF] behind the trailer, when the file is whole. A file that is not as it
// was written is an [ErrDamaged], which names the line.
func (r *Reader) Next() (Line, error) {
	text, err := r.read()
	if errors.Is(err, io.EOF) && r.ended {
		return Line{}, io.EOF
	}
	switch {
	case err != nil:
		return Line{}, err
	case r.ended:
		return Line{}, r.damaged("it stands behind the end")
	}
	return r.take(text)
}

// Trailer is the last line, once it has been read.
func (r *Reader) Trailer() Trailer { return r.seen }

func (r *Reader) damaged(what string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrDamaged, r.line, fmt.Sprintf(what, args...))
}

// read gives the next line without its end.
func (r *Reader) read() ([]byte, error) {
	text, err := r.from.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(text) == 0 && r.ended:
		return nil, io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: it is cut off behind line %d", ErrDamaged, r.line)
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: line %d has more than %d bytes", ErrDamaged, r.line+1, longest)
	case err != nil:
		return nil, fmt.Errorf("read line %d: %w", r.line+1, err)
	}
	r.line++
	return text[:len(text)-1], nil
}

// take makes sure of a line and decodes it.
func (r *Reader) take(text []byte) (Line, error) {
	if len(text) <= linked || !bytes.HasPrefix(text, []byte(beforeLink)) || !bytes.HasPrefix(text[linked-len(behindLink):], []byte(behindLink)) {
		return Line{}, r.damaged("it does not begin as a line of an export does")
	}
	link, own := text[len(beforeLink):linked-len(behindLink)], text[linked:]
	if string(link) != r.chains.next(own).link() {
		return Line{}, r.damaged("it has been changed, or it is not the one that followed line %d", r.line-1)
	}
	l, err := decode(text)
	if err != nil {
		return Line{}, r.damaged("%v", err)
	}
	if err := r.count(l); err != nil {
		return Line{}, err
	}
	r.sum.Write(text)
	r.sum.Write([]byte{'\n'})
	return l, nil
}

// decode reads a line's own text, in front of which it lends a place to the opening brace.
func decode(text []byte) (l Line, err error) {
	text[linked-1] = '{'
	err = es.DecodeStrict(text[linked-1:], &l)
	text[linked-1] = ','
	return l, err
}

// count makes sure that a line stands in its place.
func (r *Reader) count(l Line) error {
	switch {
	case l.Header != nil && r.line == 1:
	case l.Forgotten != nil && r.seen.Commits == 0:
		r.seen.Forgotten++
	case l.Commit != nil:
		if r.seen.Commits++; l.Commit.Position != r.seen.Commits || len(l.Commit.Events) == 0 {
			return r.damaged("it holds %d events at position %d of the feed, where position %d should be", len(l.Commit.Events), l.Commit.Position, r.seen.Commits)
		}
		if at := l.Commit.Time; at != at.UTC().Truncate(time.Millisecond) {
			return r.damaged("its time is %s, and no store keeps more than milliseconds in UTC", at.Format(time.RFC3339Nano))
		}
		r.seen.Events += uint64(len(l.Commit.Events))
	case l.Timer != nil:
		r.seen.Timers++
	case l.Trailer != nil:
		return r.end(*l.Trailer)
	default:
		return r.damaged("nothing of the kind belongs there")
	}
	return nil
}

// end holds a trailer against what has been read.
func (r *Reader) end(t Trailer) error {
	r.ended = true
	read := r.seen
	read.Contents, read.SHA256 = r.chains.commits.String(), hex.EncodeToString(r.sum.Sum(nil))
	switch {
	case read.Commits != r.header.Until:
		return r.damaged("the file holds %d commits, and should hold %d", read.Commits, r.header.Until)
	case read.Commits != t.Commits || read.Events != t.Events || read.Timers != t.Timers || read.Forgotten != t.Forgotten:
		return r.damaged("the file holds %d commits, %d events, %d timers and %d notes of forgotten persons, and should hold %d, %d, %d and %d",
			read.Commits, read.Events, read.Timers, read.Forgotten, t.Commits, t.Events, t.Timers, t.Forgotten)
	case read.Contents != t.Contents || read.SHA256 != t.SHA256:
		return r.damaged("the checksum of the lines before is %s, and should be %s", read.SHA256, t.SHA256)
	}
	r.seen = t
	return nil
}
