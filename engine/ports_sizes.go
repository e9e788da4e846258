package engine

import "context"

// Size is how much a store keeps of something.
type Size struct {
	What  string `json:"what"` // as the store calls it
	Items uint64 `json:"items"`
	Bytes uint64 `json:"bytes,omitzero"` // where that is known
}

// Sizes tells how much a store keeps.
type Sizes interface {
	// Sizes lists all that the store keeps, in its order. The events are called "events", and an item of them is a commit.
	Sizes(ctx context.Context) ([]Size, error)
	// Exact reports whether the figures are those of now; else they are hours old.
	Exact() bool
}
