package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
)

// Backlog implements [engine.Backlogs]: what is in a queue, or in the inbox.
func (db *DB) Backlog(ctx context.Context, consumer string) (b engine.Backlog, err error) {
	if consumer == engine.InboxName {
		b.Waiting, err = db.inbox.count(ctx)
		return b, err
	}
	var oldest int64
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT count(*), coalesce(min(position), 0) FROM messages WHERE queue = ?", func(stmt *sqlite.Stmt) error {
			b.Waiting, oldest = uint64(stmt.ColumnInt64(0)), stmt.ColumnInt64(1)
			return nil
		}, consumer)
	})
	if err == nil && b.Waiting > 0 {
		err = db.events.read(ctx, func(conn *sqlite.Conn) error {
			return query(conn, "SELECT time FROM events WHERE position = ?", func(stmt *sqlite.Stmt) error {
				b.OldestSeconds = max(0, db.now().Sub(moment(stmt, 0)).Seconds())
				return nil
			}, oldest)
		})
	}
	if err != nil {
		return engine.Backlog{}, fmt.Errorf("count what waits for %s: %w", consumer, err)
	}
	return b, nil
}

// count is how many errands there are.
func (l *errands) count(ctx context.Context) (n uint64, err error) {
	err = l.db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT count(*) FROM errands WHERE list = ?", func(stmt *sqlite.Stmt) error {
			n = uint64(stmt.ColumnInt64(0))
			return nil
		}, l.list)
	})
	if err != nil {
		return 0, fmt.Errorf("count the %s: %w", l.list, err)
	}
	return n, nil
}
