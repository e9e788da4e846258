package es

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Recorded is one event as it is stored: its wire name, the schema version of its data (0 is the first), and its data as
// one JSON object.
type Recorded struct {
	Type   string         `json:"type"`
	Schema int            `json:"schema,omitzero"`
	Data   jsontext.Value `json:"data"`

	Personal *Personal `json:"-"` // what of the data is to be sealed before it is stored; nil for nothing, and for what was stored
}

// Commit is all the events that one decision produced, stored as one item: it is there as a whole or not at all.
type Commit struct {
	Stream  StreamID   `json:"stream"`
	Version uint64     `json:"version"`      // of the first event; the stream's first event has version 1
	Era     int        `json:"era,omitzero"` // of the stream; versions count on across eras
	Events  []Recorded `json:"events"`       // never empty, but in a feed whose archived commits are not read
	Origin
}

// Origin says where a commit came from.
type Origin struct {
	CommandID   string    `json:"commandId"`             // a command with the same id changes nothing more
	TraceID     string    `json:"traceId"`               // shared by everything that one request caused
	CausationID string    `json:"causationId,omitempty"` // the event that a saga reacted to, as "stream@version"; empty for a request
	Invoker     string    `json:"invoker,omitempty"`     // user id of whoever made the request
	Time        time.Time `json:"time"`
	Trace       string    `json:"trace,omitempty"` // X-Ray trace header, so that traces join up across queues
}

// Last is the version of the commit's last event.
func (c Commit) Last() uint64 { return c.Version + uint64(len(c.Events)) - 1 }

// Head is the place behind this commit. Behind one that ends an era it is in the next.
func (c Commit) Head() Head {
	if c.Closes() {
		return Head{c.Last(), c.Era + 1}
	}
	return Head{c.Last(), c.Era}
}

// Draft is the draft that becomes this commit.
func (c Commit) Draft() Draft {
	return Draft{Stream: c.Stream, After: Head{c.Version - 1, c.Era}, Events: c.Events, Origin: c.Origin}
}

// Head is a place in a stream at which a commit may be appended. The zero value is the start of an empty stream; any
// other comes from a commit or a snapshot, so that a place inside a commit cannot be asked for.
type Head struct {
	version uint64
	era     int
}

// HeadAt is the place behind the commit that a snapshot was taken at, in an era.
func HeadAt(version uint64, era int) Head { return Head{version, era} }

// Version is the version of the stream's last event at this place, 0 for an empty stream.
func (h Head) Version() uint64 { return h.version }

// Draft is a commit that is yet to be appended, with the place where it should stand.
type Draft struct {
	Stream StreamID
	After  Head
	Events []Recorded
	Origin Origin
	Token  uint64 // fencing token of the stream's lease, under which alone it may be appended; 0 for none
}

// Commit is what the draft becomes once it is appended.
func (d Draft) Commit() Commit {
	return Commit{Stream: d.Stream, Version: d.After.version + 1, Era: d.After.era, Events: d.Events, Origin: d.Origin}
}

// Positioned is a commit with its place in the feed of all commits: 1, 2, 3 … without a gap.
type Positioned struct {
	Position uint64 `json:"position"`
	Commit
}

// Meta is what a view or a saga may know of an event beside the event itself.
type Meta struct {
	Stream  StreamID
	Version uint64
	Time    time.Time
	Invoker string
	TraceID string
	Secret  []byte // the system's, for sagas declared with [Saga.UsesSecret]
}

// Meta describes the i-th event of the commit.
func (c Commit) Meta(i int) Meta {
	return Meta{Stream: c.Stream, Version: c.Version + uint64(i), Time: c.Time, Invoker: c.Invoker, TraceID: c.TraceID}
}
