package sqlite

import (
	"context"
	"fmt"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// errands is a list of errands in events.db: the timers, the inbox, or the upkeep. Unlike the queues it has nothing in memory but who
// waits, since timers may be many and wait for long.
type errands struct {
	db   *DB
	list string

	mu     sync.Mutex
	leases int64         // that receivers have been given
	rung   chan struct{} // closed and replaced when there may be something to receive
}

func newErrands(db *DB, list string) *errands {
	return &errands{db: db, list: list, rung: make(chan struct{})}
}

// Set implements [engine.Timers]. What it acknowledges is on the disk.
func (db *DB) Set(ctx context.Context, e engine.Errand) error {
	// The next whole millisecond, so as not to be early.
	due := e.Due.Add(time.Millisecond - 1).UnixMilli()
	if err := db.timers.keep(ctx, e, e.ID, due); err != nil {
		return fmt.Errorf("set timer %s: %w", e.ID, err)
	}
	return nil
}

// Post implements [engine.Inbox]. What it acknowledges is on the disk.
func (db *DB) Post(ctx context.Context, e engine.Errand) error {
	if err := db.inbox.keep(ctx, e, string(e.Stream), db.now().UnixMilli()); err != nil {
		return fmt.Errorf("post %s for %s: %w", e.ID, e.Stream, err)
	}
	return nil
}

// upkeep is the inbox of jobs.
type upkeep struct{ *errands }

// Upkeep is the queue of jobs that admins ask for.
func (db *DB) Upkeep() engine.Inbox { return upkeep{db.upkeep} }

// Post implements [engine.Inbox].
func (u upkeep) Post(ctx context.Context, e engine.Errand) error {
	if err := u.keep(ctx, e, string(e.Stream), u.db.now().UnixMilli()); err != nil {
		return fmt.Errorf("queue %s for %s: %w", e.ID, e.Stream, err)
	}
	return nil
}

// keep stores an errand at the end of a lane, which begins to be received at a time unless it is there already.
func (l *errands) keep(ctx context.Context, e engine.Errand, lane string, next int64) error {
	text, err := es.Encode(e)
	if err != nil {
		return fmt.Errorf("encode it: %w", err)
	}
	if err := l.db.events.write(ctx, func(conn *sqlite.Conn) error {
		if err := exec(conn, "INSERT OR IGNORE INTO errands (list, lane, id, errand) VALUES (?, ?, ?, ?)", l.list, lane, e.ID, string(text)); err != nil {
			return err
		}
		if conn.Changes() == 0 {
			return nil // it is there
		}
		return exec(conn, "INSERT OR IGNORE INTO lanes (list, lane, next) VALUES (?, ?, ?)", l.list, lane, next)
	}); err != nil {
		return err
	}
	l.ring()
	return nil
}

// ring wakes who waits.
func (l *errands) ring() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.rung)
	l.rung = make(chan struct{})
}

func (l *errands) listen() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rung
}

// newLease gives a number that no receiver of this process has had.
func (l *errands) newLease() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leases++
	return l.leases
}

// next is when the first lane can be received, if there is one.
func (l *errands) next(ctx context.Context) (next time.Time, ok bool, err error) {
	err = l.db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT next FROM lanes WHERE list = ? ORDER BY next LIMIT 1", func(stmt *sqlite.Stmt) error {
			next, ok = moment(stmt, 0), true
			return nil
		}, l.list)
	})
	return next, ok, err
}

// taken is an errand that a receiver has been given.
type taken struct {
	number   int64
	lane     string
	receives int
	text     string
	errand   engine.Errand
}

// take gives a receiver the first errands of lanes that can be received, those first that have waited for longest, and nobody
// else anything of these lanes for as long as a handler may take. Deliveries are counted before anybody sees the errands:
// one that ends the process is counted too.
func (l *errands) take(ctx context.Context, lease int64) (batch []taken, err error) {
	err = l.db.events.write(ctx, func(conn *sqlite.Conn) error {
		batch = nil
		now := l.db.now()
		lanes, err := l.ready(conn, now)
		if err != nil {
			return err
		}
		for _, lane := range lanes {
			if len(batch) == l.batchSize() {
				break
			}
			if err := exec(conn, "UPDATE lanes SET next = ?, lease = ? WHERE list = ? AND lane = ?",
				now.Add(l.visibility()).UnixMilli(), lease, l.list, lane); err != nil {
				return err
			}
			first, err := l.first(conn, lane, l.batchSize()-len(batch))
			if err != nil {
				return err
			}
			batch = append(batch, first...)
		}
		for i := range batch {
			batch[i].receives++
			if err := exec(conn, "UPDATE errands SET receives = ? WHERE number = ?", batch[i].receives, batch[i].number); err != nil {
				return err
			}
		}
		return nil
	})
	return batch, err
}

// ready finds lanes that can be received.
func (l *errands) ready(conn *sqlite.Conn, now time.Time) (lanes []string, err error) {
	err = query(conn, "SELECT lane FROM lanes WHERE list = ? AND next <= ? ORDER BY next"+upTo, func(stmt *sqlite.Stmt) error {
		lanes = append(lanes, stmt.ColumnText(0))
		return nil
	}, l.list, now.UnixMilli(), batchSize)
	return lanes, err
}

// first reads the first errands of a lane.
func (l *errands) first(conn *sqlite.Conn, lane string, limit int) (found []taken, err error) {
	err = query(conn, "SELECT number, receives, errand FROM errands WHERE list = ? AND lane = ? ORDER BY number"+upTo, func(stmt *sqlite.Stmt) error {
		e := taken{number: stmt.ColumnInt64(0), lane: lane, receives: stmt.ColumnInt(1), text: stmt.ColumnText(2)}
		if err := es.Decode([]byte(e.text), &e.errand); err != nil {
			return fmt.Errorf("decode errand %d: %w", e.number, err)
		}
		found = append(found, e)
		return nil
	}, l.list, lane, limit)
	return found, err
}

// finish removes what did not fail, and gives the lanes back: one with an errand that failed after a pause. What was taken for
// too long belongs to another receiver, or to none.
func (l *errands) finish(ctx context.Context, lease int64, batch []taken, failed map[string]bool) error {
	lanes := map[string][]taken{}
	for _, e := range batch {
		lanes[e.lane] = append(lanes[e.lane], e)
	}
	if err := l.db.events.write(ctx, func(conn *sqlite.Conn) error {
		for lane, own := range lanes {
			// The lease is given back first, so that only who has it goes on.
			if err := exec(conn, "UPDATE lanes SET lease = 0, next = ? WHERE list = ? AND lane = ? AND lease = ?",
				l.again(own, failed).UnixMilli(), l.list, lane, lease); err != nil {
				return err
			}
			if conn.Changes() == 0 {
				continue
			}
			if err := l.remove(conn, lane, own, failed); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	l.ring()
	return nil
}

// again is when a lane can be received again: at once, unless one of its errands failed.
func (l *errands) again(own []taken, failed map[string]bool) time.Time {
	for _, e := range own {
		if failed[e.messageID()] {
			return l.db.now().Add(l.db.pause(e.receives, l.longestPause()))
		}
	}
	return l.db.now()
}

// remove deletes the errands of a lane that did not fail, and the lane if none is left.
func (l *errands) remove(conn *sqlite.Conn, lane string, own []taken, failed map[string]bool) error {
	for _, e := range own {
		if failed[e.messageID()] {
			continue
		}
		if err := exec(conn, "DELETE FROM errands WHERE number = ?", e.number); err != nil {
			return err
		}
	}
	return exec(conn, `DELETE FROM lanes WHERE list = ?1 AND lane = ?2
		AND NOT EXISTS (SELECT 1 FROM errands WHERE list = ?1 AND lane = ?2)`, l.list, lane)
}

// forgetReceivers gives back the lanes that the last process had taken.
func (db *DB) forgetReceivers(ctx context.Context) error {
	err := db.events.write(ctx, func(conn *sqlite.Conn) error {
		return exec(conn, "UPDATE lanes SET lease = 0, next = 0 WHERE lease > 0")
	})
	if err != nil {
		return fmt.Errorf("give back the errands of the last process: %w", err)
	}
	return nil
}
