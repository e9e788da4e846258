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
	run  func(*sqlite.Conn) error
	done chan error
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
			w.settle(w.gather(first))
		case <-w.closing:
			return
		}
	}
}

// gather takes what else is waiting.
func (w *writer) gather(first *write) []*write {
	// Those who were just answered get the chance to come again, instead of waiting for a whole transaction of the first.
	for i := 0; i < 100 && len(w.queue)+1 < w.last; i++ {
		runtime.Gosched()
	}
	group := []*write{first}
	for len(group) < together {
		select {
		case next := <-w.queue:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// settle commits writes together and answers them. When one of them fails, each gets a transaction of its own, so that the
// others do not fail with it.
func (w *writer) settle(group []*write) {
	refusals, err := w.commit(group)
	var fault fault
	if errors.As(err, &fault) && len(group) > 1 {
		for _, work := range group {
			w.settle([]*write{work})
		}
		return
	}
	for i, work := range group {
		if err != nil {
			work.done <- err
		} else {
			work.done <- refusals[i]
		}
	}
}

// fault is the error of a write, as opposed to one of the transaction around it.
type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

// commit runs writes in one transaction. It gives each one's refusal, or why nothing was written at all.
func (w *writer) commit(group []*write) (refusals []error, err error) {
	refusals = make([]error, len(group))
	defer func() { err = busy(err) }()
	if err := exec(w.conn, "BEGIN IMMEDIATE"); err != nil {
		return nil, fmt.Errorf("begin a transaction: %w", err)
	}
	for i, work := range group {
		err := work.run(w.conn)
		var refused refusal
		if errors.As(err, &refused) {
			refusals[i] = refused.error
		} else if err != nil {
			return nil, errors.Join(fault{err}, rollback(w.conn))
		}
	}
	if err := exec(w.conn, "COMMIT"); err != nil {
		return nil, errors.Join(fmt.Errorf("commit: %w", err), rollback(w.conn))
	}
	return refusals, nil
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
