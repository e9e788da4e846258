package engine

import (
	"context"
	"iter"
)

// Standing says which generations of its rows a view has. They are numbered from 1; 0 stands for none.
type Standing struct {
	Live    uint64   `json:"live"`              // that queries read
	Next    uint64   `json:"next,omitzero"`     // that a rebuild fills; live events go to it as well
	Kept    uint64   `json:"kept,omitzero"`     // that was live before; live events still go to it
	Trial   uint64   `json:"trial,omitzero"`    // that is filled to be compared and dropped; nobody else reads or writes it
	Gone    []uint64 `json:"gone,omitempty"`    // that are not in use any more, whose rows may still be there
	Last    uint64   `json:"last"`              // the highest number so far: none is given out twice
	Program string   `json:"program,omitempty"` // whose folds fill Next
	Changes uint64   `json:"changes"`           // how often the standing has changed
}

// Generations keeps the standings of views. It is safe for concurrent use.
type Generations interface {
	// Standing reads a view's standing as it is now; [FirstStanding] when it has never changed.
	Standing(ctx context.Context, view string) (Standing, error)
	// SetStanding replaces a view's standing, whose Changes become one more than those of was. It gives [ErrStale] when it has
	// changed since was.
	SetStanding(ctx context.Context, view string, was, now Standing) error
}

// WholeViews are views for those who rebuild them. A generation of a view is to them a view of a name of its own, see
// [GenerationName].
type WholeViews interface {
	Views
	// Rows yields all rows of a view, without cursors, in any order. One that is saved meanwhile may be left out, or come as
	// it was before. It ends after the first error.
	Rows(ctx context.Context, view string) iter.Seq2[ListedRow, error]
	// EraseRows removes all rows of a view with their places. It may be repeated. A row that is saved meanwhile may stay.
	EraseRows(ctx context.Context, view string) error
	// SaveAll does what [Views.Save] does with many rows, each on its own, and gives the ids of those that are stale. The ids
	// must differ. When it fails some rows may have been saved.
	SaveAll(ctx context.Context, view string, changes []RowChange) (stale []string, err error)
}

// RowChange replaces one version of a row with another.
type RowChange struct {
	ID       string
	Was, Now Row
}

// WholeSearch is the full-text index for those who rebuild it.
type WholeSearch interface {
	Search
	// EraseTexts removes all documents of a view, and what is known of their versions. It may be repeated.
	EraseTexts(ctx context.Context, view string) error
}
