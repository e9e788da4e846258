package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/foldstream/foldstream/es"
)

// Move is how far a move of one store into another is, see [Migration]: blue's is in blue, and green's in green. The zero value
// is that of a store that does not move.
type Move struct {
	Rewrite string    `json:"rewrite,omitempty"` // name of what the history is rewritten by
	Phase   MovePhase `json:"phase,omitempty"`
	Other   string    `json:"other,omitempty"`  // where the other store is, as whoever moves calls it
	URL     string    `json:"url,omitempty"`    // of green's API, for blue
	From    uint64    `json:"from,omitzero"`    // position in green's feed where green's own writes begin, for green
	Settled uint64    `json:"settled,omitzero"` // position in blue's feed up to which blue's sagas and listeners are done, for blue
	Changes uint64    `json:"changes,omitzero"`
}

// MovePhase is a phase of a move. It is named by what has been done.
type MovePhase string

// The phases: blue's in their order, and green's.
const (
	MoveNone      MovePhase = ""
	MoveCopying   MovePhase = "copying"
	MoveCompared  MovePhase = "compared"
	MoveReadsCut  MovePhase = "reads-cut"
	MoveStopping  MovePhase = "stopping"
	MoveStopped   MovePhase = "stopped"
	MoveCaughtUp  MovePhase = "caught-up"
	MoveWritesCut MovePhase = "writes-cut"
	MoveDestroyed MovePhase = "destroyed"
	MoveFilling   MovePhase = "filling"  // green, which takes nothing but what is copied
	MoveLive      MovePhase = "live"     // green, which everybody writes to
	MoveDivorced  MovePhase = "divorced" // green, whose own writes were given up: it is of no use any more
)

// Writes says who may write to a store.
type Writes int

// Who may write.
const (
	WritesOpen     Writes = iota // everybody
	WritesDraining               // who goes on with what was accepted before: sagas, listeners, single writers
	WritesClosed                 // nobody
)

// Writes says who may write to a store that moves.
func (m Move) Writes() Writes {
	switch m.Phase {
	case MoveNone, MoveCopying, MoveCompared, MoveReadsCut, MoveLive:
		return WritesOpen
	case MoveStopping:
		return WritesDraining
	default:
		return WritesClosed
	}
}

// ErrMoving is the error of a write to a store whose writes have stopped, because another one takes its place. The same call
// may succeed later, or elsewhere.
var ErrMoving = errors.New("the store moves")

// Admits gives [ErrMoving] for an append that is not to be made now.
func (w Writes) Admits(drafts []es.Draft) error {
	if w == WritesOpen || w == WritesDraining && slices.ContainsFunc(drafts, goesOn) {
		return nil
	}
	return ErrMoving
}

// goesOn reports whether a commit comes of what was accepted before: of an event, of a command that a single writer carries
// out, or of one that was refused.
func goesOn(d es.Draft) bool {
	return d.Origin.CausationID != "" || d.Token > 0 || d.Stream.Category() == es.SagaStreams.Category()
}

// Moves keeps a store's move. It is safe for concurrent use. The event store beside it refuses appends by it: from the moment
// that SetMove returns no append is made that [Writes.Admits] refuses, however old what its caller knows is. What an
// [Importer] copies is not refused.
type Moves interface {
	// Move reads the move as it is now.
	Move(ctx context.Context) (Move, error)
	// SetMove replaces the move, whose Changes become one more than those of was. It gives [ErrStale] when it has changed since
	// was.
	SetMove(ctx context.Context, was, now Move) error
}
