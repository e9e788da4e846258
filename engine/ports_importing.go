package engine

import (
	"context"

	"github.com/foldstream/foldstream/es"
)

// Importer takes over the commits of another store. It is safe for concurrent use, but there is to be one at a time for each
// source.
type Importer interface {
	// Copied is the position in a source's feed up to which its commits have been taken over; 0 for none. What a call of Copy
	// that broke off left undone is done then.
	Copied(ctx context.Context, source string) (uint64, error)
	// Noted is what Copied gives. It leaves undone what is undone: it is for those who write nothing.
	Noted(ctx context.Context, source string) (uint64, error)
	// Copy appends commits in their order, which is also that of the feed, and moves what Copied says of the source from one
	// position to another: all of it, or nothing. They are brought to queues like any others. Several may be of one stream.
	// There may be none; for more than there is room for it gives [ErrTooLarge]. It gives [ErrStale] when Copied is not was, and
	// else what [EventStore.Append] gives. After an error Copied has to be asked before the next call.
	Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error
	// Room is how many commits, and how many bytes of them as JSON, Copy takes at once: [MaxCopied] of some
	// KB at least.
	Room() (commits, bytes int)
	// Mute moves checkpoints of consumers on to these versions, as far as they are not there yet.
	Mute(ctx context.Context, marks ...Mark) error
}

// Mark is how far a consumer is in a stream: at the version of the last event that it is done with.
type Mark struct {
	Consumer string
	Stream   es.StreamID
	Version  uint64
}

// MaxCopied is how many commits every importer takes at once.
const MaxCopied = 90
