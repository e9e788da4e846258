package sqlite

import (
	"context"
	"fmt"
	"iter"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var _ engine.Inventory = (*DB)(nil)

// listedAtOnce is how many rows a list reads while it holds a connection.
const listedAtOnce = 5000

// listed yields what a statement gives behind a place, page by page. A page gives the place behind it.
func listed[T, P any](
	ctx context.Context, f *file, doing string, place P, page func(conn *sqlite.Conn, behind P) (found []T, end P, err error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			var found []T
			err := f.read(ctx, func(conn *sqlite.Conn) (err error) {
				found, place, err = page(conn, place)
				return err
			})
			if err != nil {
				var none T
				yield(none, fmt.Errorf("%s: %w", doing, err))
				return
			}
			for _, one := range found {
				if !yield(one, nil) {
					return
				}
			}
			if len(found) < listedAtOnce {
				return
			}
		}
	}
}

// Stored implements [engine.Inventory].
func (db *DB) Stored(ctx context.Context) iter.Seq2[engine.Stored, error] {
	return listed(ctx, db.events, "list commits", int64(0), func(conn *sqlite.Conn, behind int64) (found []engine.Stored, end int64, err error) {
		err = query(conn, "SELECT position, stream, version, version + count - 1 FROM events WHERE position > ? AND events <> '' ORDER BY position"+upTo,
			func(stmt *sqlite.Stmt) error {
				end = stmt.ColumnInt64(0)
				found = append(found, engine.Stored{
					Stream: es.StreamID(stmt.ColumnText(1)), Version: uint64(stmt.ColumnInt64(2)), Last: uint64(stmt.ColumnInt64(3)),
				})
				return nil
			}, behind, listedAtOnce)
		return found, end, err
	})
}

// Snapshotted implements [engine.Inventory].
func (db *DB) Snapshotted(ctx context.Context) iter.Seq2[engine.Snapshotted, error] {
	return listed(ctx, db.state, "list snapshots", [2]string{}, func(conn *sqlite.Conn, behind [2]string) (found []engine.Snapshotted, end [2]string, err error) {
		err = query(conn, "SELECT stream, fold, fingerprint, version FROM snapshots WHERE (stream, fold) > (?, ?) ORDER BY stream, fold"+upTo,
			func(stmt *sqlite.Stmt) error {
				end = [2]string{stmt.ColumnText(0), stmt.ColumnText(1)}
				found = append(found, engine.Snapshotted{
					Stream: es.StreamID(end[0]), Fold: es.FoldID{Name: end[1], Fingerprint: stmt.ColumnText(2)}, Version: uint64(stmt.ColumnInt64(3)),
				})
				return nil
			}, behind[0], behind[1], listedAtOnce)
		return found, end, err
	})
}

// Subscribed implements [engine.Inventory].
func (db *DB) Subscribed(ctx context.Context) iter.Seq2[engine.Subscribed, error] {
	return listed(ctx, db.state, "list subscriptions", [2]string{}, func(conn *sqlite.Conn, behind [2]string) (found []engine.Subscribed, end [2]string, err error) {
		err = query(conn, "SELECT topic, connection FROM subscriptions WHERE (topic, connection) > (?, ?) ORDER BY topic, connection"+upTo,
			func(stmt *sqlite.Stmt) error {
				end = [2]string{stmt.ColumnText(0), stmt.ColumnText(1)}
				found = append(found, engine.Subscribed{Topic: engine.Topic(end[0]), Connection: end[1]})
				return nil
			}, behind[0], behind[1], listedAtOnce)
		return found, end, err
	})
}
