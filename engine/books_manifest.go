package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/foldstream/foldstream/es"
)

// The folders of an archive that closed eras are in.
const (
	closedEras      = "closed/"
	closedManifests = "closed-manifests/"
)

// EraManifest describes the copy of a closed era: all its commits, the tombstone's too, one JSON object a line, in files
// that are compressed by gzip. A copy whose manifest is there is complete.
type EraManifest struct {
	Stream es.StreamID `json:"stream"`
	Era    int         `json:"era"`
	Day    string      `json:"day"`   // on which it was closed, as 2026-10-31
	First  uint64      `json:"first"` // version of its first event
	Last   uint64      `json:"last"`  // version of its tombstone
	Events int         `json:"events"`
	Parts  []EraPart   `json:"parts"` // in order
}

// EraPart is one file of a copy.
type EraPart struct {
	Name    string `json:"name"`
	First   uint64 `json:"first"` // version of the first event
	Last    uint64 `json:"last"`
	Commits int    `json:"commits"`
	Events  int    `json:"events"`
	Bytes   int    `json:"bytes"`  // of the file
	SHA256  string `json:"sha256"` // of the file, in hexadecimal
}

// A part is as much as is in memory at once of an era that is being copied, and what has to be read to read any commit of it.
const (
	partCommits = 1000
	partBytes   = 1 << 20
)

// longestName is how long the id of a stream may be in the name of a file, of which there are 255 bytes in all.
const longestName = 180

// eraName is what files are called by that belong to an era.
func eraName(stream es.StreamID, era int) string {
	name := url.PathEscape(stream.ID())
	if len(name) > longestName {
		hash := sha256.Sum256([]byte(stream))
		name = "sha256-" + hex.EncodeToString(hash[:])
	}
	return fmt.Sprintf("%s~%d", name, era)
}

// manifestName is the name of the manifest of an era's copy.
func manifestName(stream es.StreamID, era int) string {
	return fmt.Sprintf("%scategory=%s/%s.json", closedManifests, stream.Category(), eraName(stream, era))
}

// manifestOf begins the manifest of an era.
func manifestOf(stream es.StreamID, e Era) EraManifest {
	return EraManifest{Stream: stream, Era: e.Number, Day: e.Closed.UTC().Format(dayFormat), First: e.First, Last: e.Last}
}

// describe makes the next part's entry.
func (m *EraManifest) describe(commits []es.Commit) EraPart {
	p := EraPart{First: commits[0].Version, Last: commits[len(commits)-1].Last(), Commits: len(commits)}
	for _, c := range commits {
		p.Events += len(c.Events)
	}
	p.Name = fmt.Sprintf("%scategory=%s/day=%s/%s-%06d.jsonl.gz", closedEras, m.Stream.Category(), m.Day, eraName(m.Stream, m.Era), len(m.Parts))
	return p
}

// keep puts the next part into an archive. What is there already was put there by a run that broke off.
func (m *EraManifest) keep(ctx context.Context, archive Archive, commits []es.Commit) error {
	p := m.describe(commits)
	content, err := compress(commits)
	if err != nil {
		return fmt.Errorf("write %s: %w", p.Name, err)
	}
	kept, err := archive.Put(ctx, p.Name, content)
	if err != nil {
		return err
	}
	p.Bytes, p.SHA256 = len(kept), sum(kept)
	m.Parts, m.Events = append(m.Parts, p), m.Events+p.Events
	return nil
}

// check makes sure that the parts are the whole era.
func (m *EraManifest) check() error {
	next := m.First
	for _, p := range m.Parts {
		if p.First != next || p.Last < p.First {
			return m.fault(fmt.Errorf("behind version %d comes a part from %d to %d", next-1, p.First, p.Last))
		}
		next = p.Last + 1
	}
	if next != m.Last+1 {
		return m.fault(fmt.Errorf("its parts end at version %d, and not at %d", next-1, m.Last))
	}
	return nil
}

func (m *EraManifest) fault(err error) error {
	return &es.Fault{Doing: fmt.Sprintf("read the copy of era %d of %s", m.Era, m.Stream), Err: err}
}

// readManifest reads the manifest of an era's copy. One that is missing or wrong is an [*es.Fault].
func readManifest(ctx context.Context, archive Archive, stream es.StreamID, era int) (*EraManifest, error) {
	name := manifestName(stream, era)
	m := &EraManifest{Stream: stream, Era: era}
	text, err := archive.Get(ctx, name)
	if errors.Is(err, ErrNoFile) {
		return nil, m.fault(fmt.Errorf("%s: %w", name, err))
	}
	if err != nil {
		return nil, err
	}
	var found EraManifest
	if err := es.Decode(text, &found); err != nil {
		return nil, m.fault(fmt.Errorf("%s: %w", name, err))
	}
	if found.Stream != stream || found.Era != era {
		return nil, m.fault(fmt.Errorf("%s is of era %d of %q", name, found.Era, found.Stream))
	}
	return &found, found.check()
}

// open reads a part, and makes sure that it is what the manifest says.
func (m *EraManifest) open(ctx context.Context, archive Archive, p EraPart) ([]es.Commit, error) {
	content, err := archive.Get(ctx, p.Name)
	if errors.Is(err, ErrNoFile) {
		return nil, m.fault(fmt.Errorf("%s: %w", p.Name, err))
	}
	if err != nil {
		return nil, err
	}
	if got := sum(content); got != p.SHA256 || len(content) != p.Bytes {
		return nil, m.fault(fmt.Errorf("%s: its %d bytes have the checksum %s, where the manifest says %d and %s", p.Name, len(content), got, p.Bytes, p.SHA256))
	}
	commits, err := extract[es.Commit](content)
	if err != nil {
		return nil, m.fault(fmt.Errorf("%s: %w", p.Name, err))
	}
	next, events := p.First, 0
	for _, c := range commits {
		if c.Stream != m.Stream || c.Era != m.Era || c.Version != next || len(c.Events) == 0 {
			return nil, m.fault(fmt.Errorf("%s: it has %s@%d of era %d, where version %d should be", p.Name, c.Stream, c.Version, c.Era, next))
		}
		next, events = c.Last()+1, events+len(c.Events)
	}
	if next != p.Last+1 || len(commits) != p.Commits || events != p.Events {
		return nil, m.fault(fmt.Errorf("%s: it ends at version %d, and not at %d", p.Name, next-1, p.Last))
	}
	return commits, nil
}
