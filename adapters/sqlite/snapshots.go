package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Snapshot implements [engine.Snapshots].
func (db *DB) Snapshot(ctx context.Context, fold es.FoldID, stream es.StreamID) (s engine.Snapshot, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT version, state, commands, era FROM snapshots WHERE stream = ? AND fold = ? AND fingerprint = ?", func(stmt *sqlite.Stmt) error {
			s = engine.Snapshot{Version: uint64(stmt.ColumnInt64(0)), State: document(stmt, 1), Commands: make([]byte, stmt.ColumnLen(2)), Era: stmt.ColumnInt(3)}
			stmt.ColumnBytes(2, s.Commands)
			return nil
		}, string(stream), fold.Name, fold.Fingerprint)
	})
	if err != nil {
		return engine.Snapshot{}, fmt.Errorf("read the snapshot of %s for %s: %w", stream, fold.Name, err)
	}
	return s, nil
}

// SaveSnapshot implements [engine.Snapshots].
func (db *DB) SaveSnapshot(ctx context.Context, fold es.FoldID, stream es.StreamID, s engine.Snapshot) error {
	commands := append([]byte{}, s.Commands...) // nil would be NULL
	return db.change(ctx, fmt.Sprintf("save the snapshot of %s for %s", stream, fold.Name),
		`INSERT INTO snapshots (stream, fold, fingerprint, version, state, commands, era) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (stream, fold) DO UPDATE SET fingerprint = excluded.fingerprint, version = excluded.version, state = excluded.state,
			commands = excluded.commands, era = excluded.era
		WHERE excluded.fingerprint <> fingerprint OR excluded.version > version`,
		string(stream), fold.Name, fold.Fingerprint, s.Version, string(s.State), commands, s.Era)
}

// DropSnapshots implements [engine.Snapshots].
func (db *DB) DropSnapshots(ctx context.Context, stream es.StreamID) error {
	return db.change(ctx, "drop the snapshots of "+string(stream), "DELETE FROM snapshots WHERE stream = ?", string(stream))
}
