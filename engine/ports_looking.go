package engine

import (
	"context"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Log is the feed for those who look for something in it.
type Log interface {
	Feed
	// Look gives what it asks for in its order. It gives fewer commits than its limit when they are large, but none only when
	// there are no more.
	Look(ctx context.Context, l Look) ([]es.Positioned, error)
}

// Look asks for commits at the feed's positions First to Last, both included.
type Look struct {
	First, Last uint64
	Backward    bool        // from Last to First
	Stream      es.StreamID // whose commits alone are asked for; empty for any
	Categories  []string    // whose streams' commits alone are asked for, if no stream is named; none for any
	Limit       int
}

// Directory lists streams.
type Directory interface {
	// Streams gives up to the limit's number of streams in order of their ids, byte by byte.
	Streams(ctx context.Context, which Streams) ([]Begun, error)
}

// Begun is a stream that has events.
type Begun struct {
	Stream es.StreamID `json:"stream"`
	Since  time.Time   `json:"since"` // of its first commit
}

// Streams asks for streams whose ids begin with a prefix.
type Streams struct {
	Prefix  string
	Start   string // the first id, or the last in reverse; empty for any
	Reverse bool
	Limit   int
}

// lastRune is behind all that ids are made of.
const lastRune = "\U0010FFFF"

// Bounds are the ids between which the streams lie, both included.
func (s Streams) Bounds() (low, high string) {
	low, high = s.Prefix, s.Prefix+lastRune
	switch {
	case s.Start == "":
	case s.Reverse:
		high = min(high, s.Start)
	default:
		low = max(low, s.Start)
	}
	return low, high
}

// Agenda lists the timers that are set.
type Agenda interface {
	// Upcoming gives up to limit timers behind a cursor, empty to begin: the soonest first, where the store can tell.
	Upcoming(ctx context.Context, cursor string, limit int) (Upcoming, error)
}

// Upcoming is a page of timers.
type Upcoming struct {
	Errands []Errand
	Next    string // continues behind the page; empty on the last
	Soon    int    // about how many more there are that are due in some minutes, which the store can only count
}
