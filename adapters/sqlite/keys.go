package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var _ engine.Keys = (*DB)(nil)

// Keys implements [engine.Keys]. A key that it makes is on the disk when it is given.
func (db *DB) Keys(ctx context.Context, subjects []string, making bool) (map[string]engine.SubjectKey, error) {
	var found map[string]engine.SubjectKey
	err := db.keys.read(ctx, func(conn *sqlite.Conn) (err error) {
		found, err = readKeys(conn, subjects)
		return err
	})
	if err == nil && making && len(found) < len(subjects) {
		err = db.keys.write(ctx, func(conn *sqlite.Conn) (err error) {
			for _, subject := range subjects {
				if err := makeKey(conn, subject); err != nil {
					return err
				}
			}
			found, err = readKeys(conn, subjects)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the keys of %d subjects: %w", len(subjects), err)
	}
	return found, nil
}

func readKeys(conn *sqlite.Conn, subjects []string) (map[string]engine.SubjectKey, error) {
	found := map[string]engine.SubjectKey{}
	for _, subject := range subjects {
		err := query(conn, `SELECT key, EXISTS (SELECT 1 FROM forgettings WHERE subject = ?1) FROM subject_keys WHERE subject = ?1
			UNION ALL SELECT zeroblob(0), 1 FROM forgettings WHERE subject = ?1`, func(stmt *sqlite.Stmt) error {
			key := engine.SubjectKey{Subject: subject}
			if forgotten := stmt.ColumnBool(1); !forgotten {
				key.Key = blob(stmt, 0)
			}
			found[subject] = key
			return nil
		}, subject)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func blob(stmt *sqlite.Stmt, column int) []byte {
	data := make([]byte, stmt.ColumnLen(column))
	stmt.ColumnBytes(column, data)
	return data
}

// makeKey makes a key for who has none and is not forgotten.
func makeKey(conn *sqlite.Conn, subject string) error {
	key := make([]byte, engine.KeyBytes)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	return exec(conn, `INSERT INTO subject_keys (subject, key) SELECT ?1, ?2
		WHERE NOT EXISTS (SELECT 1 FROM subject_keys WHERE subject = ?1) AND NOT EXISTS (SELECT 1 FROM forgettings WHERE subject = ?1)`,
		subject, key)
}

// Forget implements [engine.Keys]. The file holds the key nowhere when it returns.
func (db *DB) Forget(ctx context.Context, f engine.Forgetting) error {
	err := db.keys.write(ctx, func(conn *sqlite.Conn) error {
		before, err := readForgettings(conn, "WHERE subject = ?", f.Subject)
		if err != nil {
			return err
		}
		if len(before) > 0 {
			before[0].Done = f.Done
			f = before[0]
		}
		note, err := es.Encode(f)
		if err != nil {
			return fmt.Errorf("encode the note: %w", err)
		}
		// As long as it was, so that it is overwritten.
		if err := exec(conn, "UPDATE subject_keys SET key = zeroblob(?) WHERE subject = ?", engine.KeyBytes, f.Subject); err != nil {
			return err
		}
		return exec(conn, "INSERT OR REPLACE INTO forgettings (subject, note) VALUES (?, ?)", f.Subject, string(note))
	})
	if err == nil {
		err = db.keys.truncateLog(ctx)
	}
	if err != nil {
		return fmt.Errorf("forget %s: %w", f.Subject, err)
	}
	return nil
}

// Forgettings implements [engine.Keys].
func (db *DB) Forgettings(ctx context.Context) (all []engine.Forgetting, err error) {
	err = db.keys.read(ctx, func(conn *sqlite.Conn) (err error) {
		all, err = readForgettings(conn, "ORDER BY subject")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list who is forgotten: %w", err)
	}
	return all, nil
}

func readForgettings(conn *sqlite.Conn, where string, args ...any) (all []engine.Forgetting, err error) {
	err = query(conn, "SELECT note FROM forgettings "+where, func(stmt *sqlite.Stmt) error {
		var f engine.Forgetting
		if err := es.Decode([]byte(stmt.ColumnText(0)), &f); err != nil {
			return fmt.Errorf("decode a note: %w", err)
		}
		all = append(all, f)
		return nil
	}, args...)
	return all, err
}

// keysAtOnce is how many keys are read at once by who reads all.
const keysAtOnce = 1000

// AllKeys implements [engine.Keys].
func (db *DB) AllKeys(ctx context.Context) iter.Seq2[engine.SubjectKey, error] {
	return func(yield func(engine.SubjectKey, error) bool) {
		for after, more := int64(0), true; more; {
			var page []engine.SubjectKey
			more = false
			err := db.keys.read(ctx, func(conn *sqlite.Conn) error {
				return query(conn, `SELECT number, subject, key FROM subject_keys WHERE number > ?
					AND subject NOT IN (SELECT subject FROM forgettings) ORDER BY number`+upTo, func(stmt *sqlite.Stmt) error {
					after, more = stmt.ColumnInt64(0), true
					page = append(page, engine.SubjectKey{Subject: stmt.ColumnText(1), Key: blob(stmt, 2)})
					return nil
				}, after, keysAtOnce)
			})
			if err != nil {
				yield(engine.SubjectKey{}, fmt.Errorf("read all keys: %w", err))
				return
			}
			for _, key := range page {
				if !yield(key, nil) {
					return
				}
			}
		}
	}
}

// Adopt implements [engine.Keys].
func (db *DB) Adopt(ctx context.Context, key engine.SubjectKey) error {
	err := db.keys.write(ctx, func(conn *sqlite.Conn) error {
		there, err := readKeys(conn, []string{key.Subject})
		if err != nil {
			return err
		}
		if held, ok := there[key.Subject]; ok {
			if string(held.Key) == string(key.Key) {
				return nil
			}
			return refusal{engine.ErrStale}
		}
		return exec(conn, "INSERT INTO subject_keys (subject, key) VALUES (?, ?)", key.Subject, key.Key)
	})
	if err != nil {
		return fmt.Errorf("adopt the key of %s: %w", key.Subject, err)
	}
	return nil
}

// logPatience is how long readers are waited for that still need what a file's log holds.
const logPatience = 30 * time.Second

// truncateLog brings what is in a file's log into the file, and empties the log.
func (f *file) truncateLog(ctx context.Context) error {
	for end := time.Now().Add(logPatience); ; {
		left := true
		err := f.read(ctx, func(conn *sqlite.Conn) error {
			return query(conn, "PRAGMA wal_checkpoint(TRUNCATE)", func(stmt *sqlite.Stmt) error {
				left = stmt.ColumnInt(0) != 0
				return nil
			})
		})
		if err != nil && !errors.Is(err, engine.ErrBusy) || err == nil && !left {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("empty the log of a file that others are reading: %w", engine.ErrBusy)
		}
	}
}
