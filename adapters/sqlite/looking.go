package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Look implements [engine.Log]. A stream's commits are found by their index; those of categories are chosen from all.
func (db *DB) Look(ctx context.Context, l engine.Look) (commits []es.Positioned, err error) {
	where, of, order := "position BETWEEN ? AND ?", "", "position"
	switch {
	case l.Stream != "":
		where, of, order = "stream = ? AND "+where, string(l.Stream), "version"
	case len(l.Categories) > 0:
		list, err := es.Encode(l.Categories)
		if err != nil {
			return nil, fmt.Errorf("encode categories: %w", err)
		}
		where, of = "substr(stream, 1, instr(stream, '-') - 1) IN (SELECT value FROM json_each(?)) AND "+where, string(list)
	}
	if l.Backward {
		order += " DESC"
	}
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare("SELECT " + recordColumns + " FROM events WHERE " + where + " ORDER BY " + order + upTo)
		if err != nil {
			return err
		}
		next := 1
		if of != "" {
			stmt.BindText(next, of)
			next++
		}
		for i, n := range []int64{int64(l.First), int64(l.Last), int64(l.Limit)} {
			stmt.BindInt64(next+i, n)
		}
		commits, _, err = page(stmt, l.Limit, pageBytes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look through the feed from position %d to %d: %w", l.First, l.Last, err)
	}
	return commits, nil
}

// Streams implements [engine.Directory]. It seeks from one stream to the next, however long they are.
func (db *DB) Streams(ctx context.Context, which engine.Streams) (found []engine.Begun, err error) {
	low, high := which.Bounds()
	at, next := low, "min(stream) FROM events WHERE stream >"
	if which.Reverse {
		at, next = high, "max(stream) FROM events WHERE stream <"
	}
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		for included := "="; len(found) < which.Limit; included = "" {
			b := engine.Begun{}
			if err := query(conn, "SELECT stream, time FROM events WHERE version = 1 AND stream = (SELECT "+next+included+" ?)", func(stmt *sqlite.Stmt) error {
				b = engine.Begun{Stream: es.StreamID(stmt.ColumnText(0)), Since: moment(stmt, 1)}
				return nil
			}, at); err != nil {
				return err
			}
			if at = string(b.Stream); at == "" || at < low || at > high {
				return nil
			}
			found = append(found, b)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list streams between %q and %q: %w", low, high, err)
	}
	return found, nil
}
