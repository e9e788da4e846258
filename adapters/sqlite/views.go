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
	stale, err := db.SaveAll(ctx, view, []engine.RowChange{{ID: id, Was: was, Now: now}})
	if err == nil && len(stale) > 0 {
		err = engine.ErrStale
	}
	if err != nil {
		return fmt.Errorf("save row %s of %s: %w", id, view, err)
	}
	return nil
}

// SaveAll implements [engine.WholeViews], in one transaction.
func (db *DB) SaveAll(ctx context.Context, view string, changes []engine.RowChange) (stale []string, err error) {
	places := make([]string, len(changes))
	for i, c := range changes {
		keys, err := es.Encode(c.Now.Keys)
		if err != nil {
			return nil, fmt.Errorf("encode the keys of row %s of %s: %w", c.ID, view, err)
		}
		places[i] = string(keys)
	}
	err = db.state.write(ctx, func(conn *sqlite.Conn) error {
		stale = nil // of another attempt
		for i, c := range changes {
			replaced, err := replaceRow(conn, view, c, places[i])
			if err != nil {
				return err
			}
			if !replaced {
				stale = append(stale, c.ID)
			} else if err := moveKeys(conn, view, c.ID, c.Was.Keys, c.Now.Keys); err != nil {
				return err
			}
		}
		return nil
	})
	return stale, err
}

// replaceRow writes a row unless another version of it is stored than the one that it is to replace.
func replaceRow(conn *sqlite.Conn, view string, c engine.RowChange, keys string) (replaced bool, err error) {
	statement := "UPDATE rows SET version = ?, doc = ?, keys = ? WHERE view = ? AND id = ? AND version = ?"
	if c.Was.Version == 0 {
		statement = "INSERT INTO rows (version, doc, keys, view, id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
	}
	stmt, err := conn.Prepare(statement)
	if err != nil {
		return false, err
	}
	stmt.BindInt64(1, int64(c.Now.Version))
	stmt.BindText(2, string(c.Now.Doc))
	stmt.BindText(3, keys)
	stmt.BindText(4, view)
	stmt.BindText(5, c.ID)
	if c.Was.Version > 0 {
		stmt.BindInt64(6, int64(c.Was.Version))
	}
	_, err = stmt.Step()
	return conn.Changes() > 0, err
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
			WHERE view = ? AND name = ? AND part = ? AND (sort, id) > (?, ?) ORDER BY sort, id`+upTo,
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
