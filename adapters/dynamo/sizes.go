package dynamo

import (
	"fmt"

	"github.com/foldstream/foldstream/engine"
)

// What DynamoDB takes.
const (
	itemBytes      = 390 << 10 // of an item's 400 KB, for what is of any size: the rest is for its key and other attributes
	partitionBytes = 2048      // of a partition key
	sortBytes      = 1024      // of a sort key
)

// fits refuses a row that DynamoDB would refuse whenever it is tried.
func fits(view, id string, r engine.Row) error {
	size := len(r.Doc)
	for _, k := range r.Keys {
		if len(partition(view, k.Index, k.Partition)) > partitionBytes || len(k.Sort)+len(divider)+len(id) > sortBytes {
			return fmt.Errorf("a place in the index %s, with %d and %d bytes: %w", k.Index, len(k.Partition), len(k.Sort), engine.ErrTooLarge)
		}
		size += len(k.Index) + len(k.Partition) + len(k.Sort) + keyBytes
	}
	if size > itemBytes {
		return fmt.Errorf("%d bytes: %w", size, engine.ErrTooLarge)
	}
	return nil
}

// keyBytes is what a place takes as JSON beside its texts.
const keyBytes = 48
