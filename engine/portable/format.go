package portable

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Format is the version of the format that this program writes and reads.
const Format = 1

// Header says what a file holds.
type Header struct {
	Format     int       `json:"format"`
	Source     string    `json:"source"`     // names the store, whichever of its exports this is
	Until      uint64    `json:"until"`      // position of the last commit: there is each from 1 on
	Categories []string  `json:"categories"` // of streams that the app knows, sorted
	Time       time.Time `json:"time"`
}

// Trailer is the last line of a file.
type Trailer struct {
	Commits   uint64 `json:"commits"`
	Events    uint64 `json:"events"`
	Timers    uint64 `json:"timers"`
	Forgotten uint64 `json:"forgotten,omitzero"`
	// Left is what the store had to do that is not in the file.
	Left Left `json:"left"`
	// Contents is the SHA-256 chain over the commits alone: stores with the same commits in the same order have the same.
	Contents string `json:"contents"`
	SHA256   string `json:"sha256"` // of all lines before this one
}

// Left is what a store had yet to do when it was exported.
type Left struct {
	Soon    int               `json:"soon,omitzero"`     // about how many timers were due within minutes, and cannot be listed
	Waiting map[string]uint64 `json:"waiting,omitempty"` // commits before sagas, listeners and single writers, by name
	Parked  []Stuck           `json:"parked,omitempty"`  // streams that sagas and listeners could not get on with
}

// Stuck is a stream that a consumer could not get on with at a version.
type Stuck struct {
	Consumer string      `json:"consumer"`
	Stream   es.StreamID `json:"stream"`
	Version  uint64      `json:"version"`
}

// Nothing reports whether nothing is left.
func (l Left) Nothing() bool { return l.Soon == 0 && len(l.Waiting) == 0 && len(l.Parked) == 0 }

// Line is one line of a file: one of these.
type Line struct {
	Header    *Header            `json:"foldstream,omitempty"`
	Forgotten *engine.Forgetting `json:"forgotten,omitempty"`
	Commit    *es.Positioned     `json:"commit,omitempty"`
	Timer     *engine.Errand     `json:"timer,omitempty"`
	Trailer   *Trailer           `json:"end,omitempty"`
}

// How a line begins: its link in hex stands in between.
const (
	beforeLink = `{"link":"`
	behindLink = `",`
	linkBytes  = sha256.Size / 2
	linked     = len(beforeLink) + 2*linkBytes + len(behindLink) // the line's own text begins here
)

// chain is the last link of a chain of lines, in full.
type chain [sha256.Size]byte

// next is the link of a line's own text.
func (c chain) next(text []byte) chain {
	h := sha256.New()
	h.Write(c[:])
	h.Write(text)
	return chain(h.Sum(nil))
}

func (c chain) String() string { return hex.EncodeToString(c[:]) }

func (c chain) link() string { return hex.EncodeToString(c[:linkBytes]) }

// chains are those of a file: the commits have one of their own, which depends on nothing else.
type chains struct{ all, commits chain }

// next takes the next line's text, and gives its link.
func (c *chains) next(text []byte) chain {
	if isCommit(text) {
		c.commits = c.commits.next(text)
		return c.commits
	}
	// What is not a commit is behind those that are, too.
	c.all = c.all.next(c.commits[:]).next(text)
	return c.all
}

var commitMark = []byte(`"commit":`)

func isCommit(text []byte) bool { return bytes.HasPrefix(text, commitMark) }

// encode gives a line's text: its JSON but for the opening brace.
func encode(l Line) ([]byte, error) {
	text, err := es.Encode(l)
	if err != nil {
		return nil, fmt.Errorf("encode a line: %w", err)
	}
	return text[1:], nil
}

var (
	// ErrDamaged is the error of a file that is not as it was written.
	ErrDamaged = errors.New("the file is damaged")
	// ErrFormat is the error of a file that this program cannot read.
	ErrFormat = errors.New("this program cannot read the file")
)
