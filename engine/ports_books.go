package engine

import (
	"context"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Books is what an event store lets those do who look after closed eras. It is safe for concurrent use.
type Books interface {
	// Eras gives the closed eras of a stream in order; none for one that was never closed.
	Eras(ctx context.Context, stream es.StreamID) ([]Era, error)
	// Fed is the version up to which a stream's commits are in the feed.
	Fed(ctx context.Context, stream es.StreamID) (uint64, error)
	// Empty takes the commits of a closed era out, all but its tombstone, which is told first that they stand in a copy. The
	// eras before must be archived. From then on neither Load nor Tail gives them, and the feed gives them without events. It
	// may be done again, and goes on where it broke off. It gives [ErrTooYoung] where somebody may still append into the era.
	Empty(ctx context.Context, stream es.StreamID, e Era, copied string) error
}

// Era is a part of a stream that is closed.
type Era struct {
	Number   int       `json:"era"`
	First    uint64    `json:"first"` // version of its first event
	Last     uint64    `json:"last"`  // version of its tombstone
	Closed   time.Time `json:"closed"`
	Archived string    `json:"archived,omitempty"` // the manifest of the copy; empty while it is in the store
	Emptied  bool      `json:"emptied,omitzero"`   // whether nothing but the tombstone is in the store any more
}
