package sqlite

import (
	"context"
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine/words"
)

// Index implements [engine.Search].
func (db *DB) Index(ctx context.Context, view, id string, version uint64, text string) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		number := int64(0) // stays 0 when the document is there at a later version
		if err := query(conn, `INSERT INTO documents (view, id, version) VALUES (?, ?, ?)
			ON CONFLICT (view, id) DO UPDATE SET version = excluded.version WHERE excluded.version >= version RETURNING number`,
			func(stmt *sqlite.Stmt) error {
				number = stmt.ColumnInt64(0)
				return nil
			}, view, id, version); err != nil || number == 0 {
			return err
		}
		if err := exec(conn, "DELETE FROM texts WHERE rowid = ?", number); err != nil || text == "" {
			return err
		}
		return exec(conn, "INSERT INTO texts (rowid, text) VALUES (?, ?)", number, strings.Join(words.Of(text), " "))
	})
	if err != nil {
		return fmt.Errorf("index document %s of %s: %w", id, view, err)
	}
	return nil
}

// Find implements [engine.Search].
func (db *DB) Find(ctx context.Context, view, text string, limit int) (ids []string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	match := matching(text)
	if match == "" {
		return nil, nil
	}
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT id FROM texts JOIN documents ON number = texts.rowid
			WHERE texts MATCH ? AND view = ? ORDER BY rank, number`+upTo, func(stmt *sqlite.Stmt) error {
			ids = append(ids, stmt.ColumnText(0))
			return nil
		}, match, view, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("search in %s: %w", view, err)
	}
	return ids, nil
}

// matching makes an FTS5 query of words: each in quotes, so that none is syntax, and the last as the beginning of one. It is
// empty when there is no word.
func matching(text string) string {
	all := words.Distinct(words.Of(text))
	if len(all) == 0 {
		return ""
	}
	return `"` + strings.Join(all, `" "`) + `"*`
}
