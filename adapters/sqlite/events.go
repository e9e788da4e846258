package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Append implements [engine.EventStore]. What it acknowledges is on the disk.
func (db *DB) Append(ctx context.Context, drafts ...es.Draft) error {
	records := make([]record, len(drafts))
	for i, d := range drafts {
		var err error
		if records[i], err = newRecord(d); err != nil {
			return err
		}
	}
	err := db.events.write(ctx, func(conn *sqlite.Conn) error {
		if err := admits(conn, drafts); err != nil {
			return err
		}
		for i, r := range records {
			if err := r.checkToken(conn); err != nil {
				return err
			}
			if i > 0 && r.follows(records[i-1]) {
				continue
			}
			if err := r.check(conn); err != nil {
				return err
			}
		}
		for _, r := range records {
			if err := r.insert(conn); err != nil {
				return fmt.Errorf("insert into %s: %w", r.Stream, err)
			}
		}
		return nil
	})
	if err == nil {
		db.relay.wake()
	}
	return err
}

// check refuses a record whose stream is not where its draft says.
func (r record) check(conn *sqlite.Conn) error {
	stmt, err := conn.Prepare(`SELECT version + count - 1, era + EXISTS (SELECT 1 FROM eras WHERE (stream, era) = (events.stream, events.era))
		FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1`)
	if err != nil {
		return err
	}
	stmt.BindText(1, string(r.Stream))
	last := es.Head{}
	if found, err := stmt.Step(); err != nil {
		return err
	} else if found {
		last = es.HeadAt(uint64(stmt.ColumnInt64(0)), stmt.ColumnInt(1))
		if err := stmt.Reset(); err != nil {
			return err
		}
	}
	if last == r.After {
		return nil
	}
	commit, err := at(conn, r.Stream, r.After.Version()+1)
	if err != nil {
		return err
	}
	return refusal{&engine.Conflict{Stream: r.Stream, Commit: commit}}
}

// at reads the commit that begins at a version, a zero one if there is none.
func at(conn *sqlite.Conn, stream es.StreamID, version uint64) (es.Commit, error) {
	stmt, err := conn.Prepare("SELECT " + recordColumns + " FROM events WHERE stream = ? AND version = ?")
	if err != nil {
		return es.Commit{}, err
	}
	stmt.BindText(1, string(stream))
	stmt.BindInt64(2, int64(version))
	found, _, err := page(stmt, 1, pageBytes)
	if err != nil || len(found) == 0 {
		return es.Commit{}, err
	}
	return found[0].Commit, nil
}

// Load implements [engine.EventStore].
func (db *DB) Load(ctx context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		// Commits are read in pages, so that no connection is taken while they are dealt with.
		for more := true; more; {
			var commits []es.Positioned
			err := db.events.read(ctx, func(conn *sqlite.Conn) error {
				var err error
				if after, err = behindArchived(conn, stream, after); err != nil {
					return err
				}
				stmt, err := conn.Prepare("SELECT " + recordColumns + " FROM events WHERE stream = ? AND version > ? ORDER BY version" + upTo)
				if err != nil {
					return err
				}
				stmt.BindText(1, string(stream))
				stmt.BindInt64(2, int64(after))
				stmt.BindInt64(3, loadLimit)
				commits, more, err = page(stmt, loadLimit, pageBytes)
				return err
			})
			if err != nil {
				yield(es.Commit{}, fmt.Errorf("read %s: %w", stream, err))
				return
			}
			for _, c := range commits {
				if !yield(c.Commit, nil) {
					return
				}
				after = c.Version
			}
		}
	}
}

// Tail implements [engine.EventStore].
func (db *DB) Tail(ctx context.Context, stream es.StreamID, n int) ([]es.Commit, error) {
	var found []es.Positioned
	err := db.events.read(ctx, func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare("SELECT " + recordColumns + ` FROM events WHERE stream = ?1
			AND version > (SELECT coalesce(max(version), 0) FROM eras WHERE stream = ?1) ORDER BY version DESC` + upTo)
		if err != nil {
			return err
		}
		stmt.BindText(1, string(stream))
		stmt.BindInt64(2, int64(n))
		found, _, err = page(stmt, n, tailBytes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the tail of %s: %w", stream, err)
	}
	commits := make([]es.Commit, len(found))
	for i, c := range found {
		commits[len(found)-1-i] = c.Commit
	}
	return commits, nil
}

// Read implements [engine.Feed]. It gives fewer than limit when they are large.
func (db *DB) Read(ctx context.Context, after uint64, limit int) (commits []es.Positioned, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare("SELECT " + recordColumns + " FROM events WHERE position > ? ORDER BY position" + upTo)
		if err != nil {
			return err
		}
		stmt.BindInt64(1, int64(after))
		stmt.BindInt64(2, int64(limit))
		commits, _, err = page(stmt, limit, pageBytes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed behind position %d: %w", after, err)
	}
	return commits, nil
}

const (
	loadLimit = 1000
	pageBytes = 8 << 20 // of events, beyond which a page ends
	tailBytes = 1 << 20
)

// page reads the commits that a statement gives. There may be more when it ends at the statement's limit, or for size.
func page(stmt *sqlite.Stmt, limit, bytes int) (commits []es.Positioned, more bool, err error) {
	known := names{}
	for size := 0; ; {
		found, err := stmt.Step()
		if err != nil {
			return nil, false, err
		}
		if !found {
			return commits, len(commits) == limit, nil
		}
		p, err := scan(stmt, known)
		if err != nil {
			return nil, false, errors.Join(err, stmt.Reset())
		}
		if len(commits) == cap(commits) {
			commits = slices.Grow(commits, min(max(16, 3*len(commits)), limit-len(commits)))
		}
		commits = append(commits, p)
		if size += stmt.ColumnLen(eventsColumn); size > bytes {
			return commits, true, stmt.Reset()
		}
	}
}
