package engine

import (
	"context"
	"iter"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Inventory lists what is in a store, for those who verify it, in any order. What changes meanwhile may be listed as it was
// before, or not at all. Each list ends after the first error.
type Inventory interface {
	// Stored yields where each commit is, but for those that have been archived.
	Stored(ctx context.Context) iter.Seq2[Stored, error]
	// Snapshotted yields all snapshots, whatever fold they are of.
	Snapshotted(ctx context.Context) iter.Seq2[Snapshotted, error]
	// Subscribed yields what the store knows of who hears what, whether or not their connections are there.
	Subscribed(ctx context.Context) iter.Seq2[Subscribed, error]
}

// Stored is where a commit is.
type Stored struct {
	Stream  es.StreamID
	Version uint64 // of its first event
	Last    uint64 // version of its last event
}

// Snapshotted is what a snapshot is of.
type Snapshotted struct {
	Stream  es.StreamID
	Fold    es.FoldID
	Version uint64
}

// Subscribed says that a connection hears of a topic.
type Subscribed struct {
	Connection string
	Topic      Topic
	Ends       time.Time // when the connection is over at the latest, and what is left of it is on its way out; zero for never
}
