package sqlite

import (
	"context"
	"os"
)

// AwaitEnd waits until the feed ends behind a position, and says where. Only who serves the folder can wait.
func (db *DB) AwaitEnd(ctx context.Context, after uint64) (uint64, error) {
	if db.relay == nil {
		return 0, errGuest
	}
	for {
		moved := db.relay.next()
		end, err := db.End(ctx)
		if err != nil || end > after {
			return end, err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return end, ctx.Err()
		case <-db.relay.ended:
			return end, os.ErrClosed
		}
	}
}
