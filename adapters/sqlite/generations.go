package sqlite

import (
	"context"
	"fmt"
	"iter"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Standing implements [engine.Generations].
func (db *DB) Standing(ctx context.Context, view string) (s engine.Standing, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		s, err = standing(conn, view)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("read the standing of %s: %w", view, err)
	}
	return s, nil
}

func standing(conn *sqlite.Conn, view string) (engine.Standing, error) {
	s := engine.FirstStanding()
	err := query(conn, "SELECT standing FROM generations WHERE view = ?", func(stmt *sqlite.Stmt) error {
		return es.Decode([]byte(stmt.ColumnText(0)), &s)
	}, view)
	return s, err
}

// SetStanding implements [engine.Generations].
func (db *DB) SetStanding(ctx context.Context, view string, was, now engine.Standing) error {
	now.Changes = was.Changes + 1
	text, err := es.Encode(now)
	if err != nil {
		return fmt.Errorf("encode the standing of %s: %w", view, err)
	}
	err = db.state.write(ctx, func(conn *sqlite.Conn) error {
		stands, err := standing(conn, view)
		if err != nil {
			return err
		}
		if stands.Changes != was.Changes {
			return refusal{engine.ErrStale}
		}
		return exec(conn, "INSERT OR REPLACE INTO generations (view, standing) VALUES (?, ?)", view, string(text))
	})
	if err != nil {
		return fmt.Errorf("set the standing of %s: %w", view, err)
	}
	return nil
}

// rowsPage is how many rows are read, or erased, at once: others get their turn in between.
const rowsPage = 500

// Rows implements [engine.WholeViews], in order of the ids.
func (db *DB) Rows(ctx context.Context, view string) iter.Seq2[engine.ListedRow, error] {
	return func(yield func(engine.ListedRow, error) bool) {
		for after := ""; ; {
			page, err := db.rowsAfter(ctx, view, after)
			if err != nil {
				yield(engine.ListedRow{}, fmt.Errorf("read the rows of %s: %w", view, err))
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < rowsPage {
				return
			}
			after = page[len(page)-1].ID
		}
	}
}

func (db *DB) rowsAfter(ctx context.Context, view, after string) (page []engine.ListedRow, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT id, version, doc, keys FROM rows WHERE view = ? AND id > ? ORDER BY id"+upTo, func(stmt *sqlite.Stmt) error {
			row := engine.ListedRow{ID: stmt.ColumnText(0)}
			row.Version, row.Doc = uint64(stmt.ColumnInt64(1)), document(stmt, 2)
			page = append(page, row)
			return es.Decode([]byte(stmt.ColumnText(3)), &page[len(page)-1].Keys)
		}, view, after, rowsPage)
	})
	return page, err
}

// EraseRows implements [engine.WholeViews].
func (db *DB) EraseRows(ctx context.Context, view string) error {
	for _, statement := range []string{
		"DELETE FROM places WHERE (view, name, part, sort, id) IN (SELECT view, name, part, sort, id FROM places WHERE view = ?" + upTo + ")",
		"DELETE FROM rows WHERE rowid IN (SELECT rowid FROM rows WHERE view = ?" + upTo + ")",
	} {
		if err := db.erase(ctx, view, statement); err != nil {
			return fmt.Errorf("erase the rows of %s: %w", view, err)
		}
	}
	return nil
}

// EraseTexts implements [engine.WholeSearch].
func (db *DB) EraseTexts(ctx context.Context, view string) error {
	const page = "(SELECT number FROM documents WHERE view = ? ORDER BY id" + upTo + ")"
	if err := db.erase(ctx, view, "DELETE FROM texts WHERE rowid IN "+page, "DELETE FROM documents WHERE number IN "+page); err != nil {
		return fmt.Errorf("erase the texts of %s: %w", view, err)
	}
	return nil
}

// erase repeats statements that delete a page of a view's together, until there is nothing left for the last one.
func (db *DB) erase(ctx context.Context, view string, statements ...string) error {
	for {
		deleted := 0
		if err := db.state.write(ctx, func(conn *sqlite.Conn) error {
			for _, statement := range statements {
				if err := exec(conn, statement, view, rowsPage); err != nil {
					return err
				}
				deleted = conn.Changes()
			}
			return nil
		}); err != nil || deleted == 0 {
			return err
		}
	}
}

// End implements [engine.Feed].
func (db *DB) End(ctx context.Context) (end uint64, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT coalesce(max(position), 0) FROM events", func(stmt *sqlite.Stmt) error {
			end = uint64(stmt.ColumnInt64(0))
			return nil
		})
	})
	if err != nil {
		return 0, fmt.Errorf("find the end of the feed: %w", err)
	}
	return end, nil
}
