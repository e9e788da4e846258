package sqlite

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Row implements [engine.Views].
func (db *DB) Row(ctx context.Context, view, id string) (row engine.Row, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		row, err = readRow(conn, view, id)
		return err
	})
	if err != nil {
		return engine.Row{}, fmt.Errorf("read row %s of %s: %w", id, view, err)
	}
	return row, nil
}

func readRow(conn *sqlite.Conn, view, id string) (engine.Row, error) {
	var row engine.Row
	var keys string
	err := query(conn, "SELECT version, doc, keys FROM rows WHERE view = ? AND id = ?", func(stmt *sqlite.Stmt) error {
		row.Version, row.Doc, keys = uint64(stmt.ColumnInt64(0)), document(stmt, 1), stmt.ColumnText(2)
		return nil
	}, view, id)
	if err != nil || keys == "" {
		return row, err
	}
	return row, es.Decode([]byte(keys), &row.Keys)
}

// Save implements [engine.Views].
func (db *DB) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	keys, err := es.Encode(now.Keys)
	if err != nil {
		return fmt.Errorf("encode the keys of row %s of %s: %w", id, view, err)
	}
	err = db.state.write(ctx, func(conn *sqlite.Conn) error {
		stored, err := readRow(conn, view, id)
		if err != nil {
			return err
		}
		if stored.Version != was.Version {
			return refusal{engine.ErrStale}
		}
		if err := exec(conn, "INSERT OR REPLACE INTO rows (view, id, version, doc, keys) VALUES (?, ?, ?, ?, ?)",
			view, id, now.Version, string(now.Doc), string(keys)); err != nil {
			return err
		}
		return moveKeys(conn, view, id, stored.Keys, now.Keys)
	})
	if err != nil {
		return fmt.Errorf("save row %s of %s: %w", id, view, err)
	}
	return nil
}

// moveKeys changes the places of a row, as far as they differ.
func moveKeys(conn *sqlite.Conn, view, id string, was, now []es.Key) error {
	for _, k := range was {
		if slices.Contains(now, k) {
			continue
		}
		if err := exec(conn, "DELETE FROM places WHERE view = ? AND name = ? AND part = ? AND sort = ? AND id = ?",
			view, k.Index, k.Partition, k.Sort, id); err != nil {
			return err
		}
	}
	for _, k := range now {
		if slices.Contains(was, k) {
			continue
		}
		if err := exec(conn, "INSERT OR IGNORE INTO places (view, name, part, sort, id) VALUES (?, ?, ?, ?, ?)",
			view, k.Index, k.Partition, k.Sort, id); err != nil {
			return err
		}
	}
	return nil
}

// List implements [engine.Views]. A cursor that no list gave is an [es.Rejection].
func (db *DB) List(ctx context.Context, view string, page engine.Page) (rows []engine.ListedRow, err error) {
	sort, id, ok := parseCursor(page.After)
	if !ok {
		return nil, es.Invalid("after", "this is no cursor of a list")
	}
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT sort, id, version, doc, keys FROM places JOIN rows USING (view, id)
			WHERE view = ? AND name = ? AND part = ? AND (sort, id) > (?, ?) ORDER BY sort, id LIMIT ?`,
			func(stmt *sqlite.Stmt) error {
				row := engine.ListedRow{ID: stmt.ColumnText(1), Cursor: cursor(stmt.ColumnText(0), stmt.ColumnText(1))}
				row.Version, row.Doc = uint64(stmt.ColumnInt64(2)), document(stmt, 3)
				rows = append(rows, row)
				return es.Decode([]byte(stmt.ColumnText(4)), &rows[len(rows)-1].Keys)
			}, view, page.Index, page.Partition, sort, id, page.Limit)
	})
	if err != nil {
		return nil, fmt.Errorf("list %s of %s: %w", page.Index, view, err)
	}
	return rows, nil
}

// cursor names a place in a partition: the length of its sort, the sort, and the row's id.
func cursor(sort, id string) string {
	text := binary.AppendUvarint(nil, uint64(len(sort)))
	return base64.RawURLEncoding.EncodeToString(append(append(text, sort...), id...))
}

func parseCursor(text string) (sort, id string, ok bool) {
	if text == "" {
		return "", "", true
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	length, n := binary.Uvarint(raw)
	if err != nil || n <= 0 || uint64(len(raw)-n) < length {
		return "", "", false
	}
	return string(raw[n : n+int(length)]), string(raw[n+int(length):]), true
}
