package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/foldstream/foldstream/engine"
)

// busyTimeout bounds the wait for another process, which holds the file for milliseconds as a rule.
const busyTimeout = 5 * time.Second

// file is one database file with a connection that writes and some that read.
type file struct {
	writer
	readers chan *sqlite.Conn
}

// openFile opens a database file and makes its tables.
func openFile(path, schema, synchronous string, guest bool) (*file, error) {
	conn, err := connect(path, synchronous)
	if err != nil {
		return nil, err
	}
	if err := prepare(conn, schema, guest); err != nil {
		return nil, errors.Join(fmt.Errorf("make the tables of %s: %w", path, err), conn.Close())
	}
	f := &file{readers: make(chan *sqlite.Conn, runtime.GOMAXPROCS(0))}
	for range cap(f.readers) {
		reader, err := connect(path, synchronous)
		if err != nil {
			return nil, errors.Join(err, f.closeReaders(len(f.readers)), conn.Close())
		}
		f.readers <- reader
	}
	f.start(conn)
	return f, nil
}

// layout is the version of the tables, as it stands in the files.
const layout = 5

// prepare makes the tables in a new file, and those that a file of an earlier layout lacks. A guest leaves that to the server,
// which may be of another version and at work.
func prepare(conn *sqlite.Conn, schema string, guest bool) error {
	found := 0
	if err := query(conn, "PRAGMA user_version", func(stmt *sqlite.Stmt) error {
		found = stmt.ColumnInt(0)
		return nil
	}); err != nil {
		return err
	}
	switch {
	case found == layout:
		return nil
	case found == 0, found < layout && !guest:
		if err := widen(conn); err != nil {
			return err
		}
		return sqlitex.ExecuteScript(conn, schema+fmt.Sprintf("PRAGMA user_version = %d;", layout), nil)
	default:
		return fmt.Errorf("they have layout %d, this program knows %d", found, layout)
	}
}

// later are columns that tables of an earlier layout lack.
var later = []struct{ table, column, definition string }{
	{"outcomes", "command", "TEXT NOT NULL DEFAULT ''"},
	{"outcomes", "schema", "INTEGER NOT NULL DEFAULT 0"},
	{"parked", "history", "TEXT NOT NULL DEFAULT ''"},
	{"events", "era", "INTEGER NOT NULL DEFAULT 0"},
	{"snapshots", "era", "INTEGER NOT NULL DEFAULT 0"},
}

// widen adds such columns to the tables that are there.
func widen(conn *sqlite.Conn) error {
	for _, l := range later {
		columns, there := 0, false
		if err := query(conn, "SELECT name = ? FROM pragma_table_info(?)", func(stmt *sqlite.Stmt) error {
			columns, there = columns+1, there || stmt.ColumnBool(0)
			return nil
		}, l.column, l.table); err != nil {
			return err
		}
		if columns == 0 || there {
			continue
		}
		if err := exec(conn, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", l.table, l.column, l.definition)); err != nil {
			return err
		}
	}
	return nil
}

func connect(path, synchronous string) (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	conn.SetBusyTimeout(busyTimeout)
	if err := sqlitex.ExecuteTransient(conn, "PRAGMA synchronous = "+synchronous, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), conn.Close())
	}
	return conn, nil
}

// read lends a connection that sees everything committed before. It must be given back soon, so that whoever waits for one
// gets on: not while code of others runs.
func (f *file) read(ctx context.Context, run func(*sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case conn, open := <-f.readers:
		if !open {
			return os.ErrClosed
		}
		defer func() { f.readers <- conn }()
		return busy(run(conn))
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *file) close() error {
	err := f.writer.close()
	err = errors.Join(err, f.closeReaders(cap(f.readers)))
	close(f.readers)
	return err
}

func (f *file) closeReaders(n int) error {
	var errs []error
	for range n {
		errs = append(errs, (<-f.readers).Close())
	}
	return errors.Join(errs...)
}

// busy makes an [engine.ErrBusy] of SQLite's errors that mean it.
func busy(err error) error {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return fmt.Errorf("%w: %w", engine.ErrBusy, err)
	default:
		return err
	}
}
