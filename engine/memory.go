package engine

import (
	"errors"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// Memory keeps the states of streams that were folded last, so that a warm process appends without reading. What it
// remembers may be behind the store. A nil Memory remembers nothing. It is safe for concurrent use.
type Memory struct {
	World  World
	states *lru.Cache[memoryKey, kept]
}

// kept is what a memory holds, and since when.
type kept struct {
	remembered
	since time.Time
}

// MemoryBound is how long a state is remembered without being appended to or read. A store may rely on it that nobody appends
// by a state that is much older: behind which a stream may have been closed, and the place emptied.
const MemoryBound = time.Hour

type memoryKey struct {
	aggregate es.Folder // two aggregates can share a stream
	stream    es.StreamID
}

// NewMemory makes a memory of up to size streams.
func NewMemory(size int) (*Memory, error) {
	states, err := lru.New[memoryKey, kept](size)
	if err != nil {
		return nil, err
	}
	return &Memory{states: states}, nil
}

func (m *Memory) get(a es.Folder, s es.StreamID) remembered {
	if m == nil {
		return remembered{}
	}
	k, _ := m.states.Get(memoryKey{a, s})
	now := m.World.Time()
	if now.Sub(k.since) > MemoryBound || !k.until.IsZero() && now.After(k.until) {
		return remembered{}
	}
	return k.remembered
}

func (m *Memory) put(a es.Folder, s es.StreamID, r remembered) {
	if m != nil && r.head.Version() > 0 {
		if a.IsPersonal() && r.until.IsZero() {
			r.until = m.World.Time().Add(KeyBound)
		}
		m.states.Add(memoryKey{a, s}, kept{r, m.World.Time()})
	}
}

// remembered is a stream's state at a head, with the commands that brought it there. It is a value: nothing that it
// refers to is ever changed.
type remembered struct {
	state any
	head  es.Head
	last  *executed
	// until is when the state is to be read again, because somebody may be forgotten who is in it; zero where nobody is.
	until time.Time
	// partial says that only the latest commit was read, so that a repeated command would not be recognised.
	partial bool
}

// executed is one command of a stream, linked to the one before it.
type executed struct {
	command uuid.UUID
	version uint64 // of its commit
	before  *executed
	length  int // of the list that ends here
}

// window is how many of a stream's last commands at least are known by their ids, so that a repetition is recognised.
const window = 1024

func (r *remembered) fold(a es.Folder, c es.Commit) error {
	joined := c.Version == r.head.Version()+1
	if !joined && (!c.BeginsEra() || c.Version <= r.head.Version()) {
		return &es.Fault{Doing: "fold " + string(c.Stream), Err: errors.New("commits do not join")}
	}
	state, err := a.Fold(r.state, c)
	if err != nil {
		return err
	}
	if c.BeginsEra() && (!joined || r.last == nil) {
		if r.last, err = carriedCommands(c); err != nil {
			return err
		}
		r.partial = false
	}
	if r.last != nil && r.last.length == 2*window {
		r.last = r.last.newest(window)
	}
	r.last = &executed{command: commandUUID(c.CommandID), version: c.Version, before: r.last, length: r.last.len() + 1}
	r.state, r.head = state, c.Head()
	return nil
}

// find gives the version of the commit that a command made, if it is among the last ones.
func (r *remembered) find(commandID string) (version uint64, ok bool) {
	id := commandUUID(commandID)
	for x := r.last; x != nil; x = x.before {
		if x.command == id {
			return x.version, true
		}
	}
	return 0, false
}

func (x *executed) len() int {
	if x == nil {
		return 0
	}
	return x.length
}

// newest copies the last n of the list, so that the rest can be forgotten.
func (x *executed) newest(n int) *executed {
	if x == nil || n == 0 {
		return nil
	}
	c := *x
	c.before, c.length = x.before.newest(n-1), n
	return &c
}

// commandUUID reads a command's id, which need not be a UUID in a store that was filled by somebody else.
func commandUUID(id string) uuid.UUID {
	if u, err := uuid.Parse(id); err == nil {
		return u
	}
	return uuid.NewSHA1(names, []byte(id))
}
