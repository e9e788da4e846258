package es

import (
	"crypto/sha256"
	"encoding/hex"
)

// Unique is a value that at most one aggregate may hold, such as an e-mail address. Normalise the value first: it is
// compared byte by byte.
type Unique struct {
	Kind  string // what is unique, as "email"
	Value string
}

// Claim takes a unique value; Taken is answered when another aggregate holds it.
type Claim struct {
	Unique
	Taken *Rejection
}

// Claimer is an event that takes unique values for its aggregate: they are reserved in the same transaction as the event.
type Claimer interface{ Claims() []Claim }

// Releaser is an event that gives up unique values of its aggregate.
type Releaser interface{ Releases() []Unique }

// HeldBy is a command that addresses the aggregate that holds a unique value, as a login by e-mail does. HeldBy gives the
// command with the holder's id filled in. When nobody holds the value the id is empty, the command is decided on the zero
// state, and it must refuse.
type HeldBy[C any] interface {
	Holding() Unique
	HeldBy(id string) C
}

// Claims implements [Folder].
func (a *Aggregate[S]) Claims(c Commit, i int) ([]Claim, error) {
	if _, known := a.byName[c.Events[i].Type]; !known {
		return nil, nil
	}
	e, err := a.Read(c, i)
	if claimer, ok := e.(Claimer); ok && err == nil {
		return claimer.Claims(), nil
	}
	return nil, err
}

// Lookup gives the unique value whose holder a command addresses, if it does so.
func (d *CommandDecl) Lookup(cmd any) (Unique, bool) { return d.lookup(cmd) }

// At gives the command with the id of the holder filled in.
func (d *CommandDecl) At(cmd any, id string) any { return d.at(cmd, id) }

// Stream is the id of the stream that records who holds the value. It holds a hash of the value, not the value.
func (u Unique) Stream() StreamID {
	hash := sha256.Sum256([]byte(u.Kind + "\x00" + u.Value))
	return NewStreamID(Holders.Category(), u.Kind+"-"+hex.EncodeToString(hash[:]))
}

// Holder is the state of a unique value's stream.
type Holder struct {
	Owner StreamID // empty when nobody holds the value
}

// Reserved says that a stream took the value.
type Reserved struct {
	Owner StreamID `json:"owner"`
}

// Evolve implements [Event].
func (e Reserved) Evolve(h Holder) Holder { return Holder(e) }

// Released says that the value is free again.
type Released struct{}

// Evolve implements [Event].
func (Released) Evolve(Holder) Holder { return Holder{} }

// Holders is the aggregate of unique values.
var Holders = Of("unique", On[Reserved]("Reserved"), On[Released]("Released")).Private()
