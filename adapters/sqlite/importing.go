package sqlite

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var _ engine.Importer = (*DB)(nil)

// Copied implements [engine.Importer].
func (db *DB) Copied(ctx context.Context, source string) (position uint64, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		position, err = copied(conn, source)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read how much of %s is copied: %w", source, err)
	}
	return position, nil
}

// Noted implements [engine.Importer].
func (db *DB) Noted(ctx context.Context, source string) (uint64, error) {
	return db.Copied(ctx, source)
}

func copied(conn *sqlite.Conn, source string) (position uint64, err error) {
	err = query(conn, "SELECT position FROM copies WHERE source = ?", func(stmt *sqlite.Stmt) error {
		position = uint64(stmt.ColumnInt64(0))
		return nil
	}, source)
	return position, err
}

// What is copied at once costs one sync of the disk, and holds up appends for a tenth of a second.
const (
	copiedCommits = 2000
	copiedBytes   = 8 << 20
)

// Room implements [engine.Importer].
func (*DB) Room() (commits, bytes int) { return copiedCommits, copiedBytes }

// Copy implements [engine.Importer].
func (db *DB) Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error {
	records, err := recordsOf(drafts)
	if err != nil {
		return err
	}
	err = db.events.write(ctx, func(conn *sqlite.Conn) error {
		if err := joinsOn(conn, source, was, records); err != nil {
			return err
		}
		for _, r := range records {
			if err := r.insert(conn); err != nil {
				return fmt.Errorf("insert into %s: %w", r.Stream, err)
			}
		}
		return exec(conn, "INSERT OR REPLACE INTO copies (source, position) VALUES (?, ?)", source, now)
	})
	if err == nil {
		db.relay.wake()
		return nil
	}
	if conflict := (*engine.Conflict)(nil); errors.As(err, &conflict) {
		return err
	}
	return fmt.Errorf("copy commits of %s: %w", source, err)
}

// recordsOf encodes what is to be copied at once.
func recordsOf(drafts []es.Draft) ([]record, error) {
	if len(drafts) > copiedCommits {
		return nil, fmt.Errorf("copy %d commits: %w", len(drafts), engine.ErrTooLarge)
	}
	records, size := make([]record, len(drafts)), 0
	for i, d := range drafts {
		var err error
		if records[i], err = newRecord(d); err != nil {
			return nil, err
		}
		if size += len(records[i].events); size > copiedBytes {
			return nil, fmt.Errorf("copy more than %d bytes: %w", copiedBytes, engine.ErrTooLarge)
		}
	}
	return records, nil
}

// joinsOn refuses a batch that is not the source's next one, or one of which a commit is not where its stream is then.
func joinsOn(conn *sqlite.Conn, source string, was uint64, records []record) error {
	if at, err := copied(conn, source); err != nil {
		return err
	} else if at != was {
		return refusal{engine.ErrStale}
	}
	heads := map[es.StreamID]es.Head{}
	for _, r := range records {
		head, seen := heads[r.Stream]
		if !seen {
			if err := r.check(conn); err != nil {
				return err
			}
		} else if head != r.After {
			return refusal{&engine.Conflict{Stream: r.Stream}}
		}
		heads[r.Stream] = r.Commit().Head()
	}
	return nil
}

// Mute implements [engine.Importer].
func (db *DB) Mute(ctx context.Context, marks ...engine.Mark) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		for _, m := range marks {
			if err := exec(conn, `INSERT INTO checkpoints (consumer, stream, version) VALUES (?, ?, ?)
				ON CONFLICT (consumer, stream) DO UPDATE SET version = max(version, excluded.version)`,
				m.Consumer, string(m.Stream), m.Version); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("move %d checkpoints on: %w", len(marks), err)
	}
	return nil
}
