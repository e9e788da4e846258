package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
)

// sized are the tables that hold something of the system, by file.
var sized = []struct {
	file   func(db *DB) *file
	tables []string
}{
	{func(db *DB) *file { return db.events }, []string{"events", "errands", "jobs"}},
	{func(db *DB) *file { return db.state }, []string{
		"messages", "rows", "documents", "checkpoints", "parked", "outcomes", "connections", "snapshots",
	}},
}

// Sizes implements [engine.Sizes]. It counts the rows; the bytes are those of the whole file, told of its first table.
func (db *DB) Sizes(ctx context.Context) (all []engine.Size, err error) {
	for _, f := range sized {
		err := f.file(db).read(ctx, func(conn *sqlite.Conn) error {
			for n, table := range f.tables {
				size := engine.Size{What: table}
				if err := query(conn, "SELECT count(*) FROM "+table, func(stmt *sqlite.Stmt) error {
					size.Items = uint64(stmt.ColumnInt64(0))
					return nil
				}); err != nil {
					return err
				}
				if n == 0 {
					if err := query(conn, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", func(stmt *sqlite.Stmt) error {
						size.Bytes = uint64(stmt.ColumnInt64(0))
						return nil
					}); err != nil {
						return err
					}
				}
				all = append(all, size)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("count what there is: %w", err)
		}
	}
	return all, nil
}

// Exact implements [engine.Sizes].
func (db *DB) Exact() bool { return true }
