package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// writer owns the connection that writes to a file. Writes that come at the same time share one transaction, and so one
// sync of the disk.
type writer struct {
	conn    *sqlite.Conn
	queue   chan *write
	closing chan struct{}
	ended   chan struct{}
	last    int
}

// write is a piece of work inside a transaction.
type write struct {
	// run reads and writes. When it gives a [refusal] it must not have written anything: the transaction goes on without it.
	run     func(*sqlite.Conn) error
	refused error
	done    chan error
}

// refusal is the error of a write whose condition does not hold.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// together bounds how many writes share a transaction.
const together = 512

func (w *writer) start(conn *sqlite.Conn) {
	w.conn, w.queue = conn, make(chan *write, together)
	w.closing, w.ended = make(chan struct{}), make(chan struct{})
	go w.loop()
}

// write runs a piece of work and returns when it is committed. A context that ends later than the work began has no effect:
// it would leave open whether the work was done.
func (w *writer) write(ctx context.Context, run func(*sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	work := &write{run: run, done: make(chan error, 1)}
	select {
	case w.queue <- work:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return os.ErrClosed
	}
	select {
	case err := <-work.done:
		return err
	case <-w.ended:
		// The loop may have answered with its last breath.
		select {
		case err := <-work.done:
			return err
		default:
			return os.ErrClosed
		}
	}
}

func (w *writer) close() error {
	close(w.closing)
	<-w.ended
	return w.conn.Close()
}

func (w *writer) loop() {
	defer close(w.ended)
	for {
		select {
		case first := <-w.queue:
			runtime.Gosched()
			w.settle(first, w.waiting)
		case <-w.closing:
			return
		}
	}
}

// waiting gives a write that waits already, nil if none does.
func (w *writer) waiting() *write {
	select {
	case next := <-w.queue:
		return next
	default:
		return nil
	}
}

// alone is for a write that shares its transaction with no other.
func alone() *write { return nil }

// settle commits writes together and answers them. When one of them fails, each gets a transaction of its own, so that the
// others do not fail with it.
func (w *writer) settle(first *write, more func() *write) {
	group, err := w.commit(first, more)
	var fault fault
	if errors.As(err, &fault) && len(group) > 1 {
		for _, work := range group {
			w.settle(work, alone)
		}
		return
	}
	for _, work := range group {
		if err == nil {
			work.done <- work.refused
		} else {
			work.done <- err
		}
	}
}

// fault is the error of a write, as opposed to one of the transaction around it.
type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

// commit runs writes in one transaction: a first one, and more for as long as there are some at once. It gives the writes,
// and why nothing was written.
func (w *writer) commit(first *write, more func() *write) (group []*write, err error) {
	defer func() { err = busy(err) }()
	beginErr := exec(w.conn, "BEGIN IMMEDIATE")
	for work := first; work != nil; work = more() {
		if group = append(group, work); beginErr != nil {
			continue // whoever waits has waited long enough
		}
		if err := w.run(work); err != nil {
			return group, errors.Join(fault{err}, rollback(w.conn))
		}
		if len(group) == together {
			break
		}
	}
	if beginErr != nil {
		return group, fmt.Errorf("begin a transaction: %w", beginErr)
	}
	if err := exec(w.conn, "COMMIT"); err != nil {
		return group, errors.Join(fmt.Errorf("commit: %w", err), rollback(w.conn))
	}
	return group, nil
}

func (w *writer) run(work *write) error {
	err := work.run(w.conn)
	var refused refusal
	if errors.As(err, &refused) {
		work.refused = refused.error
		return nil
	}
	work.refused = nil
	return err
}

func rollback(conn *sqlite.Conn) error {
	if conn.AutocommitEnabled() {
		return nil // SQLite has done so by itself, as after a full disk
	}
	return exec(conn, "ROLLBACK")
}

// exec runs a statement without results.
func exec(conn *sqlite.Conn, query string, args ...any) error {
	return sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args})
}

// query runs a statement and hands over its rows.
func query(conn *sqlite.Conn, text string, row func(*sqlite.Stmt) error, args ...any) error {
	return sqlitex.Execute(conn, text, &sqlitex.ExecOptions{Args: args, ResultFunc: row})
}
