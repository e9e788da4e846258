package engine

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Errand is a command that is executed later, by somebody else: at a time, or when its turn comes.
type Errand struct {
	ID          string         `json:"id"`      // the command's id
	Command     string         `json:"command"` // name of its declaration
	Input       jsontext.Value `json:"input"`
	Stream      es.StreamID    `json:"stream"` // that it addresses
	Due         time.Time      `json:"due,omitzero"`
	TraceID     string         `json:"traceId"`
	CausationID string         `json:"causationId,omitempty"`
	Invoker     es.Identity    `json:"invoker"`
	Trace       string         `json:"trace,omitempty"`
	Saga        string         `json:"saga,omitempty"` // that sends it, with the name of the act; empty for a request
	Act         string         `json:"act,omitempty"`
}

// Timers keeps errands until they are due, and then brings them to the handler of timers: late perhaps, early or lost
// never. An errand that fails is brought again after a pause.
type Timers interface {
	// Set keeps an errand. Setting one with the same id again changes nothing, as long as it has not been run.
	Set(ctx context.Context, e Errand) error
}

// Inbox is the queue of commands for aggregates with a single writer.
type Inbox interface {
	// Post queues an errand behind those of its stream. They are brought to the handler one after the other, each at least
	// once; one that fails holds up those behind it.
	Post(ctx context.Context, e Errand) error
}

// Leases lets one writer at a time have a name.
type Leases interface {
	// Acquire takes a lease from now until a time, and gives its fencing token, which is greater each time that the lease
	// is taken. It gives [ErrHeld] as long as somebody holds it who neither released it nor let it expire.
	Acquire(ctx context.Context, name string, now, until time.Time) (token uint64, err error)
	// Release gives up a lease that was taken with a token; it is no error if another one has taken it since.
	Release(ctx context.Context, name string, token uint64) error
}

// Snapshot is the state of a stream at a version, so that what came before need not be read.
type Snapshot struct {
	Version  uint64         `json:"version"`  // of the last event that is folded in; 0 when there is no snapshot
	Era      int            `json:"era"`      // of the stream, at the version
	State    jsontext.Value `json:"state"`    // as JSON
	Commands []byte         `json:"commands"` // the last commands of the stream, in an encoding of the engine's own
}

// Snapshots keeps at most one snapshot for each fold of a stream.
type Snapshots interface {
	// Snapshot finds the one that was made by just this fold; a zero one when there is none, or one of another fingerprint.
	Snapshot(ctx context.Context, fold es.FoldID, stream es.StreamID) (Snapshot, error)
	// SaveSnapshot replaces it, whatever its fingerprint, unless it is of the same fold and at least as new.
	SaveSnapshot(ctx context.Context, fold es.FoldID, stream es.StreamID, s Snapshot) error
	// DropSnapshots removes all of a stream, whatever folds they are of.
	DropSnapshots(ctx context.Context, stream es.StreamID) error
}
