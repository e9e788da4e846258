package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"zombiezen.com/go/sqlite"
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
		return exec(conn, "INSERT INTO texts (rowid, text) VALUES (?, ?)", number, text)
	})
	if err != nil {
		return fmt.Errorf("index document %s of %s: %w", id, view, err)
	}
	return nil
}

// Find implements [engine.Search].
func (db *DB) Find(ctx context.Context, view, words string, limit int) (ids []string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	match := matching(words)
	if match == "" {
		return nil, nil
	}
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT id FROM texts JOIN documents ON number = texts.rowid
			WHERE texts MATCH ? AND view = ? ORDER BY rank, number LIMIT ?`, func(stmt *sqlite.Stmt) error {
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
// empty when there is no word. A word is what the index takes for one, with the marks of scripts that need them.
func matching(text string) string {
	words := slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co)
	}), func(word string) bool {
		return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.Is(unicode.M, r) })
	})
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	words = words[:len(words)-1]
	slices.Sort(words)
	var query strings.Builder
	for _, word := range slices.Compact(words) {
		query.WriteString(`"` + word + `" `)
	}
	query.WriteString(`"` + last + `"*`)
	return query.String()
}
