package engine

import (
	"context"
	"errors"
	"time"
)

// Net is a last net: a queue for what nobody could take.
type Net struct {
	Name string `json:"net"`          // of the queue, within the system
	Of   string `json:"of"`           // whose messages it holds: a consumer, [TimersName], [UpkeepName] or the relay
	To   string `json:"to,omitempty"` // the queue that they are from; empty for one whose messages hold nothing to bring back
	FIFO bool   `json:"fifo,omitzero"`
}

// DeadLetter is a message in a last net.
type DeadLetter struct {
	ID       string
	Group    string // in a FIFO queue
	Body     string
	Since    time.Time // that it was sent, or kept aside
	Receives int
	Why      string // as whoever kept it aside says; empty when nobody does
}

// Fate is what becomes of a dead letter.
type Fate int

// What can become of a dead letter.
const (
	Kept    Fate = iota // it stays
	PutBack             // it goes back to its queue
	Dropped             // it is removed
)

// ErrNoNet is the error of looking into a last net that is not there.
var ErrNoNet = errors.New("there is no such queue")

// DeadLetters looks after last nets.
type DeadLetters interface {
	// Waiting is about how many messages a net holds. It gives [ErrNoNet] for one that is not there.
	Waiting(ctx context.Context, net Net) (uint64, error)
	// Each hands over the messages of a net, and does with each what it is told, until there are no more or do fails. One
	// that is put back is in its queue before it leaves the net, so that a crash may leave it in both, and as a message of
	// its own, which the queue does not take for a repetition of the one that was there before. Messages that are kept are
	// handed over again by the next call, at once. Behind one that is kept, others of its group may not be handed
	// over.
	Each(ctx context.Context, net Net, do func(DeadLetter) (Fate, error)) error
}

// Sweeper brings on commits that the relay never got to the feed.
type Sweeper interface {
	// Sweep does so for those made from one time until another, and gives the number of streams that had any. Those that were
	// made in the last minutes the relay may still get to.
	Sweep(ctx context.Context, from, until time.Time) (behind int, err error)
}
