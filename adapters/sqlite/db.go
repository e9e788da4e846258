package sqlite

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
)

// DB is an open data folder. It implements the ports of package engine that keep things, and is safe for concurrent use.
type DB struct {
	settings
	lock   *os.File // nil for a guest
	events *file
	state  *file
	keys   *file
	relay  *relay // nil for a guest
	timers *errands
	inbox  *errands
	upkeep *errands
	close  func() error
}

//go:embed events.sql
var eventsSchema string

//go:embed state.sql
var stateSchema string

//go:embed keys.sql
var keysSchema string

// Open opens a data folder, which it makes if it is not there. Only one process can serve a folder at a time: others get
// [ErrLocked], unless they come as a [Guest].
func Open(dir string, options ...Option) (*DB, error) {
	db := &DB{settings: settings{
		now: time.Now, queues: map[string][]string{},
		visibility: 30 * time.Second, firstPause: 250 * time.Millisecond, longestPause: 30 * time.Second,
	}}
	db.close = sync.OnceValue(db.closeAll)
	db.timers, db.inbox, db.upkeep = newErrands(db, "timers"), newErrands(db, "inbox"), newErrands(db, "upkeep")
	for _, option := range options {
		option(&db.settings)
	}
	if err := db.open(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open the data folder: %w", err), db.Close())
	}
	return db, nil
}

func (db *DB) open(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if !db.guest {
		if db.lock, err = lock(filepath.Join(dir, "lock")); err != nil {
			return err
		}
	}
	synchronous := "FULL"
	if db.relaxed {
		synchronous = "NORMAL"
	}
	if db.events, err = openFile(filepath.Join(dir, "events.db"), eventsSchema, synchronous, db.guest); err != nil {
		return err
	}
	if db.state, err = openFile(filepath.Join(dir, "state.db"), stateSchema, "NORMAL", db.guest); err != nil {
		return err
	}
	if db.keys, err = openFile(filepath.Join(dir, "keys.db"), keysSchema, "FULL", db.guest); err != nil {
		return err
	}
	if err := db.keys.write(context.Background(), func(conn *sqlite.Conn) error {
		return exec(conn, "PRAGMA secure_delete = ON")
	}); err != nil {
		return err
	}
	if db.guest {
		return nil
	}
	// The connections of a process end with it.
	if err := db.forgetConnections(context.Background()); err != nil {
		return err
	}
	if err := db.forgetReceivers(context.Background()); err != nil {
		return err
	}
	db.relay, err = startRelay(db)
	return err
}

// Close ends the relay, waits for what is being written, and gives the folder back. Calls that come later fail with
// [os.ErrClosed]; so do those that wait in [DB.Poll].
func (db *DB) Close() error { return db.close() }

func (db *DB) closeAll() error {
	var errs []error
	if db.relay != nil {
		db.relay.close()
	}
	for _, f := range []*file{db.keys, db.state, db.events} {
		if f != nil {
			errs = append(errs, f.close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}
