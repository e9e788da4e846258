// Package board is the game of Dots and Boxes as such: which lines can be drawn, and who comes to own which cell. It
// knows nothing of matches, turns or events.
package board

import (
	"github.com/foldstream/foldstream/es"
)

// Size names how large a board is. The zero value is no size.
type Size string

// The sizes. Each has an odd number of cells, so that no game of two ends in a tie.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Cells is how many cells a row and a column have; 0 for what is not a size.
func (s Size) Cells() int {
	switch s {
	case Small:
		return 3
	case Medium:
		return 5
	case Large:
		return 7
	default:
		return 0
	}
}

// Validate refuses what is not a size.
func (s Size) Validate() error {
	if s.Cells() == 0 {
		return es.Invalid("size", "a size is small, medium or large")
	}
	return nil
}
