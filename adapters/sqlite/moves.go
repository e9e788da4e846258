package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var _ engine.Moves = (*DB)(nil)

// Move implements [engine.Moves].
func (db *DB) Move(ctx context.Context) (m engine.Move, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		m, err = move(conn)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read where the store moves: %w", err)
	}
	return m, nil
}

func move(conn *sqlite.Conn) (m engine.Move, err error) {
	err = query(conn, "SELECT move FROM moves", func(stmt *sqlite.Stmt) error {
		return es.Decode([]byte(stmt.ColumnText(0)), &m)
	})
	return m, err
}

// SetMove implements [engine.Moves].
func (db *DB) SetMove(ctx context.Context, was, now engine.Move) error {
	now.Changes = was.Changes + 1
	text, err := es.Encode(now)
	if err != nil {
		return fmt.Errorf("encode where the store moves: %w", err)
	}
	err = db.events.write(ctx, func(conn *sqlite.Conn) error {
		stands, err := move(conn)
		if err != nil {
			return err
		}
		if stands.Changes != was.Changes {
			return refusal{engine.ErrStale}
		}
		return exec(conn, "INSERT OR REPLACE INTO moves (number, writes, move) VALUES (1, ?, ?)", int(now.Writes()), string(text))
	})
	if err != nil {
		return fmt.Errorf("set where the store moves: %w", err)
	}
	return nil
}

// admits refuses an append that is not to be made now. It looks in the append's own transaction.
func admits(conn *sqlite.Conn, drafts []es.Draft) error {
	stmt, err := conn.Prepare("SELECT writes FROM moves")
	if err != nil {
		return err
	}
	writes := engine.WritesOpen
	if found, err := stmt.Step(); err != nil {
		return err
	} else if found {
		writes = engine.Writes(stmt.ColumnInt(0))
		if err := stmt.Reset(); err != nil {
			return err
		}
	}
	if err := writes.Admits(drafts); err != nil {
		return refusal{err}
	}
	return nil
}
