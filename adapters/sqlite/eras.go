package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var _ engine.Books = (*DB)(nil)

// follows reports whether the record stands right behind a tombstone.
func (r record) follows(before record) bool {
	c := before.Commit()
	return c.Closes() && r.Stream == c.Stream && r.After == c.Head()
}

// behindArchived is where to read on behind a version of a stream: at the last tombstone, if what comes first is archived.
func behindArchived(conn *sqlite.Conn, stream es.StreamID, after uint64) (uint64, error) {
	stmt, err := conn.Prepare("SELECT version FROM eras WHERE stream = ? AND archived <> '' ORDER BY era DESC LIMIT 1")
	if err != nil {
		return 0, err
	}
	stmt.BindText(1, string(stream))
	found, err := stmt.Step()
	if err != nil || !found {
		return after, err
	}
	after = max(after, uint64(stmt.ColumnInt64(0))-1)
	return after, stmt.Reset()
}

// Eras implements [engine.Books].
func (db *DB) Eras(ctx context.Context, stream es.StreamID) (found []engine.Era, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT eras.era, eras.version, time, archived, emptied FROM eras JOIN events USING (stream, version)
			WHERE stream = ? ORDER BY eras.era`, func(stmt *sqlite.Stmt) error {
			e := engine.Era{
				Number: stmt.ColumnInt(0), First: 1, Last: uint64(stmt.ColumnInt64(1)), Closed: moment(stmt, 2),
				Archived: stmt.ColumnText(3), Emptied: stmt.ColumnBool(4),
			}
			if len(found) > 0 {
				e.First = found[len(found)-1].Last + 1
			}
			found = append(found, e)
			return nil
		}, string(stream))
	})
	if err != nil {
		return nil, fmt.Errorf("read the eras of %s: %w", stream, err)
	}
	return found, nil
}

// Fed implements [engine.Books]. What is appended is in the feed.
func (db *DB) Fed(ctx context.Context, stream es.StreamID) (last uint64, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT coalesce(max(version + count - 1), 0) FROM events WHERE stream = ?", func(stmt *sqlite.Stmt) error {
			last = uint64(stmt.ColumnInt64(0))
			return nil
		}, string(stream))
	})
	if err != nil {
		return 0, fmt.Errorf("read how far %s is: %w", stream, err)
	}
	return last, nil
}

// emptyAtOnce is how many rows lose their events in one transaction, so that others get to write.
const emptyAtOnce = 2000

// Empty implements [engine.Books]. The rows stay, so that the feed has no gap.
func (db *DB) Empty(ctx context.Context, stream es.StreamID, e engine.Era, copied string) error {
	doing := fmt.Sprintf("take era %d of %s out", e.Number, stream)
	change := func(run func(conn *sqlite.Conn) error) error {
		if err := db.events.write(ctx, run); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		return nil
	}
	if err := change(func(conn *sqlite.Conn) error {
		return exec(conn, "UPDATE eras SET archived = ? WHERE stream = ? AND era = ? AND archived = ''", copied, string(stream), e.Number)
	}); err != nil {
		return err
	}
	for more := true; more; {
		if err := change(func(conn *sqlite.Conn) error {
			err := exec(conn, `UPDATE events SET events = '', lengths = x'' WHERE position IN (
				SELECT position FROM events WHERE stream = ? AND version BETWEEN ? AND ? AND events <> '' ORDER BY version DESC`+upTo+`)`,
				string(stream), e.First, e.Last-1, emptyAtOnce)
			more = conn.Changes() > 0
			return err
		}); err != nil {
			return err
		}
	}
	return change(func(conn *sqlite.Conn) error {
		return exec(conn, "UPDATE eras SET emptied = 1 WHERE stream = ? AND era = ?", string(stream), e.Number)
	})
}
