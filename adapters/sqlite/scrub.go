package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/foldstream/foldstream/engine"
)

var _ engine.Scrubber = (*DB)(nil)

// Scrub implements [engine.Scrubber]: the words of documents that are no longer there leave the full-text index, and
// state.db is written anew. In events.db nothing is ever overwritten.
func (db *DB) Scrub(ctx context.Context) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		return exec(conn, "INSERT INTO texts (texts) VALUES ('optimize')")
	})
	if err == nil {
		err = db.state.vacuum(ctx)
	}
	if err == nil {
		err = db.state.truncateLog(ctx)
	}
	if err != nil {
		return fmt.Errorf("scrub state.db: %w", err)
	}
	return nil
}

// vacuum writes a file anew, for which it waits until nobody else writes.
func (f *file) vacuum(ctx context.Context) error {
	for end := time.Now().Add(logPatience); ; {
		err := f.read(ctx, func(conn *sqlite.Conn) error { return sqlitex.ExecuteTransient(conn, "VACUUM", nil) })
		if err == nil || !errors.Is(err, engine.ErrBusy) || time.Now().After(end) {
			return err
		}
	}
}
