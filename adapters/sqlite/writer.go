package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// writer owns the connection that writes to a file. Writes that come at the same time share one transaction, and so one
// sync of the disk: one of the callers leads, and commits for all. That way a lone caller waits for no other goroutine.
type writer struct {
	conn   *sqlite.Conn
	queue  chan *write
	lead   chan struct{} // holds an element while somebody leads
	closed chan struct{}
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
	w.lead, w.closed = make(chan struct{}, 1), make(chan struct{})
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
	case <-w.closed:
		return os.ErrClosed
	}
	select {
	case err := <-work.done:
		return err
	case w.lead <- struct{}{}:
		defer func() { <-w.lead }()
		return w.settleUntil(work)
	case <-w.closed:
		// The last leader may have seen to it.
		select {
		case err := <-work.done:
			return err
		default:
			return os.ErrClosed
		}
	}
}

// close waits for the leader, and never gives the lead away again.
func (w *writer) close() error {
	w.lead <- struct{}{}
	close(w.closed)
	return w.conn.Close()
}

// settleUntil commits what waits until a write has its answer.
func (w *writer) settleUntil(work *write) error {
	for {
		select {
		case err := <-work.done:
			return err
		default:
			w.settle(w.waiting(), w.waiting)
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

// upTo ends a query that gives so many rows at most. SQLite plans a query with a bare LIMIT ? anew whenever that is bound, which
// takes as long as reading a few rows.
const upTo = " LIMIT ? + 0"

// query runs a statement and hands over its rows.
func query(conn *sqlite.Conn, text string, row func(*sqlite.Stmt) error, args ...any) error {
	return sqlitex.Execute(conn, text, &sqlitex.ExecOptions{Args: args, ResultFunc: row})
}
