package es

import (
	"errors"
	"fmt"
)

// An era is a part of a stream. When a stream is closed its era ends with a commit of [StreamClosed], and the next one
// begins with a commit of [StreamCarriedOver], behind which stand the events that carry the state over. Both commits are
// appended in one transaction. Folds start over where an era begins, so that what was before is not needed for them.

// The wire names of the events that all streams know.
const (
	closedName  = "StreamClosed"
	carriedName = "StreamCarriedOver"
)

// StreamClosed is the last event of an era. No fold changes by it.
type StreamClosed struct {
	Era int `json:"era"` // that the stream goes on in
}

// StreamCarriedOver is the first event of every era but the first. Every fold is at its beginning behind it.
type StreamCarriedOver struct {
	Era      int    `json:"era"`
	Commands []byte `json:"commands,omitempty"` // the stream's last commands, in an encoding of the engine's own
}

// ErrNotCarriedOver is the error of closing streams whose aggregate does not say how its state is carried over.
var ErrNotCarriedOver = errors.New("the aggregate does not declare how its state is carried over")

// CarriedOver declares how the state goes on in the next era when a stream is closed: by events that make the same state
// from the zero state. They are best of types of their own, so that views and sagas do not take them for what happened: a
// balance that is carried over is no credit.
func (a *Aggregate[S]) CarriedOver(carry func(S) []Event[S]) *Aggregate[S] {
	a.carry = carry
	return a
}

// CarryOver gives the events that carry a state over; [ErrNotCarriedOver] where that is not declared.
func (a *Aggregate[S]) CarryOver(state any) ([]Recorded, error) {
	if a.carry == nil {
		return nil, fmt.Errorf("%s: %w", a.StateName(), ErrNotCarriedOver)
	}
	s, _ := state.(S)
	return a.Record(a.carry(s))
}

// isCore reports whether an event is one that all streams know.
func isCore(name string) bool { return name == closedName || name == carriedName }

// Closes reports whether the commit ends an era.
func (c Commit) Closes() bool { return len(c.Events) > 0 && c.Events[0].Type == closedName }

// BeginsEra reports whether the commit begins an era other than the first.
func (c Commit) BeginsEra() bool { return len(c.Events) > 0 && c.Events[0].Type == carriedName }

// CarriedOver reads the first event of a commit that begins an era.
func (c Commit) CarriedOver() (StreamCarriedOver, error) {
	var e StreamCarriedOver
	if err := Decode(c.Events[0].Data, &e); err != nil {
		return e, c.fault(0, err)
	}
	return e, nil
}

// Era is the number of the era at this place: 0 for a stream that has never been closed.
func (h Head) Era() int { return h.era }

// Closing gives the two drafts that close a stream behind a place, to be appended as one. The carried events make the
// state, and commands are for [StreamCarriedOver].
func Closing(stream StreamID, at Head, commands []byte, carried []Recorded, origin Origin) ([]Draft, error) {
	next := at.era + 1
	closed, err := record(closedName, StreamClosed{Era: next})
	if err != nil {
		return nil, err
	}
	begun, err := record(carriedName, StreamCarriedOver{Era: next, Commands: commands})
	if err != nil {
		return nil, err
	}
	tombstone := Draft{Stream: stream, After: at, Events: []Recorded{closed}, Origin: origin}
	return []Draft{tombstone, {
		Stream: stream, After: tombstone.Commit().Head(), Events: append([]Recorded{begun}, carried...), Origin: origin,
	}}, nil
}

func record(name string, event any) (Recorded, error) {
	data, err := Encode(event)
	if err != nil {
		return Recorded{}, &Fault{Doing: "encode " + name, Err: err}
	}
	return Recorded{Type: name, Data: data}, nil
}
