package sqlite

import (
	"context"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
)

// Acquire implements [engine.Leases].
func (db *DB) Acquire(ctx context.Context, name string, now, until time.Time) (token uint64, err error) {
	err = db.events.write(ctx, func(conn *sqlite.Conn) error {
		last, taken := uint64(0), int64(0)
		if err := query(conn, "SELECT token, until FROM leases WHERE name = ?", func(stmt *sqlite.Stmt) error {
			last, taken = uint64(stmt.ColumnInt64(0)), stmt.ColumnInt64(1)
			return nil
		}, name); err != nil {
			return err
		}
		if taken > now.UnixMilli() {
			return refusal{engine.ErrHeld}
		}
		token = last + 1
		return exec(conn, "INSERT OR REPLACE INTO leases (name, token, until) VALUES (?, ?, ?)", name, token, until.UnixMilli())
	})
	if err != nil {
		return 0, fmt.Errorf("acquire the lease %s: %w", name, err)
	}
	return token, nil
}

// Release implements [engine.Leases]. The lease's row stays, for its token.
func (db *DB) Release(ctx context.Context, name string, token uint64) error {
	if err := db.events.write(ctx, func(conn *sqlite.Conn) error {
		return exec(conn, "UPDATE leases SET until = 0 WHERE name = ? AND token = ?", name, token)
	}); err != nil {
		return fmt.Errorf("release the lease %s: %w", name, err)
	}
	return nil
}

// checkToken refuses a record whose writer has lost the lease of its stream. It stands in the transaction of the append, so
// that nobody can take the lease in between.
func (r record) checkToken(conn *sqlite.Conn) error {
	if r.Token == 0 {
		return nil
	}
	token := uint64(0)
	if err := query(conn, "SELECT token FROM leases WHERE name = ?", func(stmt *sqlite.Stmt) error {
		token = uint64(stmt.ColumnInt64(0))
		return nil
	}, string(r.Stream)); err != nil {
		return err
	}
	if token != r.Token {
		return refusal{fmt.Errorf("append to %s: %w", r.Stream, engine.ErrDeposed)}
	}
	return nil
}
