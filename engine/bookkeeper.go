package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Bookkeeper moves closed eras to an archive: it copies them, reads the copy back and holds it against the store, and only
// then takes them out of the store. Whatever it breaks off at, it goes on when it is called again: nothing is lost by it,
// and nothing is in the archive twice.
type Bookkeeper struct {
	*Installation
	Patience time.Duration // for consumers, which are always a little behind: all in all, from when one is first waited for

	until time.Time // that they are waited for
}

// Archived is an era that was moved to an archive, or would be.
type Archived struct {
	Stream  es.StreamID `json:"stream"`
	Era     int         `json:"era"`
	Commits int         `json:"commits"`
	Events  int         `json:"events"`
	Bytes   int         `json:"bytes"` // of its files
	Copy    string      `json:"copy"`  // the manifest
}

// ErrStillNeeded is the error of archiving what a consumer has not dealt with yet.
var ErrStillNeeded = errors.New("somebody has yet to deal with it")

// Waiting gives the eras of a stream that are closed and not, or not quite, taken out yet.
func (k *Bookkeeper) Waiting(ctx context.Context, stream es.StreamID) ([]Era, error) {
	eras, err := k.Books.Eras(ctx, stream)
	if err != nil {
		return nil, err
	}
	var waiting []Era
	for _, e := range eras {
		if !e.Emptied {
			waiting = append(waiting, e)
		}
	}
	return waiting, nil
}

// Run archives the closed eras of a stream, the first ones first. With dry it says what it would archive, having made sure
// that nobody needs it.
func (k *Bookkeeper) Run(ctx context.Context, stream es.StreamID, dry bool) ([]Archived, error) {
	waiting, err := k.Waiting(ctx, stream)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	if err := k.unneeded(ctx, stream, waiting[len(waiting)-1].Last); err != nil {
		return nil, fmt.Errorf("archive %s: %w", stream, err)
	}
	var done []Archived
	for _, e := range waiting {
		one, err := k.era(ctx, stream, e, dry)
		if err != nil {
			return done, fmt.Errorf("archive era %d of %s: %w", e.Number, stream, err)
		}
		done = append(done, one)
	}
	return done, nil
}

func (k *Bookkeeper) era(ctx context.Context, stream es.StreamID, e Era, dry bool) (Archived, error) {
	switch {
	case dry:
		return k.measure(ctx, stream, e)
	case e.Archived == "":
		if err := k.copy(ctx, stream, e); err != nil {
			return Archived{}, err
		}
	}
	m, err := k.verify(ctx, stream, e)
	if err != nil {
		return Archived{}, err
	}
	done := Archived{Stream: stream, Era: e.Number, Events: m.Events, Copy: manifestName(stream, e.Number)}
	for _, p := range m.Parts {
		done.Commits, done.Bytes = done.Commits+p.Commits, done.Bytes+p.Bytes
	}
	return done, k.Books.Empty(ctx, stream, e, done.Copy)
}

// measure says what would be archived. What files take is known when they are written.
func (k *Bookkeeper) measure(ctx context.Context, stream es.StreamID, e Era) (Archived, error) {
	would := Archived{Stream: stream, Era: e.Number, Copy: manifestName(stream, e.Number)}
	for c, err := range k.commits(ctx, stream, e) {
		if err != nil {
			return would, err
		}
		would.Commits, would.Events = would.Commits+1, would.Events+len(c.Events)
	}
	return would, nil
}

// commits yields those of an era as the store has them.
func (k *Bookkeeper) commits(ctx context.Context, stream es.StreamID, e Era) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		for c, err := range Read(ctx, k.Stored, stream, e.First-1) {
			if err == nil && c.Era != e.Number {
				return
			}
			if !yield(c, err) || c.Closes() {
				return
			}
		}
	}
}

// copy writes an era to the archive, and its manifest behind it.
func (k *Bookkeeper) copy(ctx context.Context, stream es.StreamID, e Era) error {
	m := manifestOf(stream, e)
	var part []es.Commit
	size := 0
	flush := func() error {
		err := m.keep(ctx, k.Archive, part)
		part, size = part[:0], 0
		return err
	}
	for c, err := range k.commits(ctx, stream, e) {
		if err != nil {
			return err
		}
		part = append(part, c)
		if size += commitBytes + dataBytes(c); len(part) == partCommits || size >= partBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(part) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	if err := m.check(); err != nil {
		return err
	}
	text, err := es.Encode(m)
	if err != nil {
		return fmt.Errorf("encode the manifest: %w", err)
	}
	_, err = k.Archive.Put(ctx, manifestName(stream, e.Number), bytes.Clone(text))
	return err
}

// verify reads the copy of an era back, and holds it against the store, unless the era was being taken out already.
func (k *Bookkeeper) verify(ctx context.Context, stream es.StreamID, e Era) (*EraManifest, error) {
	m, err := readManifest(ctx, k.Archive, stream, e.Number)
	if err != nil {
		return nil, err
	}
	if m.First != e.First || m.Last != e.Last {
		return nil, m.fault(fmt.Errorf("it is of the versions %d to %d, and the era of %d to %d", m.First, m.Last, e.First, e.Last))
	}
	next, stop := iter.Pull2(k.commits(ctx, stream, e))
	defer stop()
	for _, p := range m.Parts {
		copies, err := m.open(ctx, k.Archive, p)
		if err != nil {
			return nil, err
		}
		if e.Archived != "" {
			continue
		}
		for _, c := range copies {
			original, err, more := next()
			if err != nil {
				return nil, err
			}
			if !more || !sameCommit(c, original) {
				return nil, m.fault(fmt.Errorf("%s: version %d is not what the store has", p.Name, c.Version))
			}
		}
	}
	return m, nil
}

func sameCommit(a, b es.Commit) bool {
	one, err := es.Encode(a)
	if err != nil {
		return false
	}
	one = bytes.Clone(one)
	other, err := es.Encode(b)
	return err == nil && bytes.Equal(one, other)
}
