package engine

import (
	"context"

	"github.com/foldstream/foldstream/es"
)

// Importer takes over the commits of another store. It is safe for concurrent use.
type Importer interface {
	// Copied is the position in a source's feed up to which its commits have been taken over; 0 for none.
	Copied(ctx context.Context, source string) (uint64, error)
	// Copy appends commits in their order, which is also that of the feed, and moves what Copied says of the source from one
	// position to another: all of it, or nothing. Several may be of one stream. There may be none, up to [MaxCopied]; together
	// they have [MaxCopiedBytes] as JSON at most. It gives [ErrStale] when Copied is not was, and else what
	// [EventStore.Append] gives.
	Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error
}

// MaxCopied and MaxCopiedBytes bound what is copied at once.
const (
	MaxCopied      = 90
	MaxCopiedBytes = 3 << 20
)
