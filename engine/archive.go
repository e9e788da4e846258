package engine

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"

	"github.com/foldstream/foldstream/es"
)

// Archive keeps files for good, by names with slashes in them. It is safe for concurrent use.
type Archive interface {
	// Put keeps a file, unless there is one of its name: that stays as it is. It gives what is kept. A file is there as a whole or
	// not at all.
	Put(ctx context.Context, name string, content []byte) (kept []byte, err error)
	// Get reads a file; [ErrNoFile] if there is none of that name.
	Get(ctx context.Context, name string) ([]byte, error)
	// List yields the names that begin with a prefix, in order.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// ErrNoFile is the error of reading a file that is not in the archive.
var ErrNoFile = errors.New("there is no such file in the archive")

// The folders of an archive.
const (
	segments  = "commits/"
	manifests = "manifests/"
)

// Manifest describes a segment of an archive: commits of one category and day (UTC), in the feed's order, one JSON object a
// line, compressed by gzip. A segment whose manifest is there is complete.
type Manifest struct {
	Name     string `json:"name"` // of the segment's file
	Category string `json:"category"`
	Day      string `json:"day"`   // as 2026-10-31
	First    uint64 `json:"first"` // position in the feed of the first commit
	Last     uint64 `json:"last"`
	Commits  int    `json:"commits"`
	Events   int    `json:"events"`
	Bytes    int    `json:"bytes"`  // of the file
	SHA256   string `json:"sha256"` // of the file, in hexadecimal
}

// place is what a segment's file and its manifest are called by.
func (m Manifest) place() string {
	return fmt.Sprintf("category=%s/day=%s/%020d-%020d", m.Category, m.Day, m.First, m.Last)
}

// describe makes the manifest of a segment that is kept in a file.
func describe(category, day string, commits []es.Positioned) Manifest {
	m := Manifest{Category: category, Day: day, First: commits[0].Position, Last: commits[len(commits)-1].Position, Commits: len(commits)}
	for _, c := range commits {
		m.Events += len(c.Events)
	}
	m.Name = segments + m.place() + ".jsonl.gz"
	return m
}

// keep puts a segment into an archive, and its manifest behind it. What is there already was put there by an earlier run that
// broke off; it must be the same commits.
func keep(ctx context.Context, archive Archive, m Manifest, commits []es.Positioned) error {
	content, err := compress(commits)
	if err != nil {
		return fmt.Errorf("write the segment %s: %w", m.Name, err)
	}
	kept, err := archive.Put(ctx, m.Name, content)
	if err != nil {
		return err
	}
	m.Bytes, m.SHA256 = len(kept), sum(kept)
	if !bytes.Equal(kept, content) {
		if _, err := open(m, kept); err != nil {
			return err
		}
	}
	text, err := es.Encode(m)
	if err != nil {
		return fmt.Errorf("encode the manifest of %s: %w", m.Name, err)
	}
	_, err = archive.Put(ctx, manifests+m.place()+".json", text)
	return err
}

// compress writes a line of JSON for each commit.
func compress[C any](commits []C) ([]byte, error) {
	var content bytes.Buffer
	lines := gzip.NewWriter(&content)
	for n, c := range commits {
		line, err := es.Encode(c)
		if err != nil {
			return nil, fmt.Errorf("encode line %d: %w", n+1, err)
		}
		if _, err := lines.Write(append(line, '\n')); err != nil {
			return nil, err
		}
	}
	if err := lines.Close(); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}

func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}

// ReadArchive yields the commits of a category that an archive has, or of all for an empty one, by day and position. It ends
// with an [*es.Fault] where a segment is not what its manifest says.
func ReadArchive(ctx context.Context, archive Archive, category string) iter.Seq2[es.Positioned, error] {
	return func(yield func(es.Positioned, error) bool) {
		prefix := manifests
		if category != "" {
			prefix += "category=" + category + "/"
		}
		for name, err := range archive.List(ctx, prefix) {
			var commits []es.Positioned
			if err == nil {
				commits, err = readSegment(ctx, archive, name)
			}
			if err != nil {
				yield(es.Positioned{}, err)
				return
			}
			for _, c := range commits {
				if !yield(c, nil) {
					return
				}
			}
		}
	}
}

func readSegment(ctx context.Context, archive Archive, manifest string) ([]es.Positioned, error) {
	text, err := archive.Get(ctx, manifest)
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := es.Decode(text, &m); err != nil {
		return nil, &es.Fault{Doing: "read the manifest " + manifest, Err: err}
	}
	content, err := archive.Get(ctx, m.Name)
	if err != nil {
		return nil, err
	}
	return open(m, content)
}

// open takes the commits out of a segment's file, and makes sure that they are those of its manifest.
func open(m Manifest, content []byte) ([]es.Positioned, error) {
	fault := func(err error) error { return &es.Fault{Doing: "read the segment " + m.Name, Err: err} }
	if got := sum(content); got != m.SHA256 || len(content) != m.Bytes {
		return nil, fault(fmt.Errorf("its %d bytes have the checksum %s, where the manifest says %d and %s", len(content), got, m.Bytes, m.SHA256))
	}
	commits, err := extract[es.Positioned](content)
	if err != nil {
		return nil, fault(err)
	}
	if len(commits) == 0 {
		return nil, fault(errors.New("it is empty"))
	}
	for _, c := range commits {
		if c.Stream.Category() != m.Category || day(c) != m.Day {
			return nil, fault(fmt.Errorf("it has a commit of %s of %s", c.Stream, day(c)))
		}
	}
	found := describe(m.Category, m.Day, commits)
	if found.Bytes, found.SHA256 = m.Bytes, m.SHA256; found != m {
		return nil, fault(fmt.Errorf("it has %+v, where the manifest says %+v", found, m))
	}
	return commits, nil
}

// extract reads what [compress] wrote.
func extract[C any](content []byte) ([]C, error) {
	lines, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var commits []C
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(nil, 2*MaxCommitBytes)
	for scanner.Scan() {
		var c C
		if err := es.Decode(scanner.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(commits)+1, err)
		}
		commits = append(commits, c)
	}
	return commits, scanner.Err()
}

// day is the day that a commit is archived under.
func day(c es.Positioned) string { return c.Time.UTC().Format(dayFormat) }

const dayFormat = "2006-01-02"
