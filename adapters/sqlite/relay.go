package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/es"
)

// relay brings commits from the feed to the queues. How far it is with each queue is stored in the same transaction as the
// messages, so that nothing is lost or doubled wherever the process ends.
type relay struct {
	db     *DB
	queues map[string]*queue
	woken  chan struct{}
	stop   context.CancelFunc
	ended  chan struct{}

	mu    sync.Mutex
	moved chan struct{} // closed and replaced when queues have been filled
}

// relayPage bounds the commits of one transaction; relayPause the time without looking into the feed, for what guests append.
const (
	relayPage  = 500
	relayPause = time.Second
)

func startRelay(db *DB) (*relay, error) {
	ctx, stop := context.WithCancel(context.Background())
	r := &relay{
		db: db, queues: map[string]*queue{}, woken: make(chan struct{}, 1),
		stop: stop, ended: make(chan struct{}), moved: make(chan struct{}),
	}
	for name, categories := range db.queues {
		r.queues[name] = newQueue(name, categories, db.settings)
	}
	if err := errors.Join(r.declare(ctx), r.recover(ctx)); err != nil {
		stop()
		return nil, err
	}
	go r.run(ctx)
	return r, nil
}

// declare notes new queues at the feed's end. Nothing can be known of what is behind it: there it stands only if the feed lost
// its end with the power, having been written as [Relaxed] allows.
func (r *relay) declare(ctx context.Context) error {
	end, err := r.db.End(ctx)
	if err != nil {
		return err
	}
	if err := r.db.state.write(ctx, func(conn *sqlite.Conn) error {
		for name := range r.queues {
			if err := exec(conn, "INSERT OR IGNORE INTO queues (name, position) VALUES (?, ?)", name, end); err != nil {
				return err
			}
		}
		// Snapshots are of commits that a queue has brought.
		if err := exec(conn, "DELETE FROM snapshots WHERE EXISTS (SELECT 1 FROM queues WHERE position > ?)", end); err != nil {
			return err
		}
		if err := exec(conn, "UPDATE queues SET position = min(position, ?)", end); err != nil {
			return err
		}
		return exec(conn, "DELETE FROM messages WHERE position > ?", end)
	}); err != nil {
		return fmt.Errorf("declare queues: %w", err)
	}
	// A loss of power must not bring a declaration back to a later position.
	return r.db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "PRAGMA wal_checkpoint(FULL)", nil)
	})
}

// recover reads what the queues held when the folder was last closed.
func (r *relay) recover(ctx context.Context) error {
	return r.db.state.read(ctx, func(conn *sqlite.Conn) error {
		err := query(conn, "SELECT name, position FROM queues", func(stmt *sqlite.Stmt) error {
			if q := r.queues[stmt.ColumnText(0)]; q != nil {
				q.filled = uint64(stmt.ColumnInt64(1))
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read the queues: %w", err)
		}
		err = query(conn, "SELECT queue, position, stream, receives FROM messages ORDER BY queue, position", func(stmt *sqlite.Stmt) error {
			if q := r.queues[stmt.ColumnText(0)]; q != nil {
				q.add(es.StreamID(stmt.ColumnText(2)), message{position: uint64(stmt.ColumnInt64(1)), receives: stmt.ColumnInt(3)})
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read the messages: %w", err)
		}
		return nil
	})
}

func (r *relay) close() {
	r.stop()
	<-r.ended
}

// wake says that there may be something new in the feed.
func (r *relay) wake() {
	if r == nil || len(r.queues) == 0 {
		return
	}
	select {
	case r.woken <- struct{}{}:
	default: // it is woken already
	}
}

func (r *relay) run(ctx context.Context) {
	defer close(r.ended)
	tick := time.NewTicker(relayPause)
	defer tick.Stop()
	for ctx.Err() == nil {
		more, err := r.step(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "relay failed; it goes on in a second", "error", err)
		}
		if more {
			continue
		}
		select {
		case <-r.woken:
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// step brings one page of commits to the queues. There may be more when there was a page.
func (r *relay) step(ctx context.Context) (more bool, err error) {
	if len(r.queues) == 0 {
		return false, nil
	}
	places, err := r.db.places(ctx, r.filled(), relayPage)
	if err != nil || len(places) == 0 {
		return false, err
	}
	end := places[len(places)-1].position
	shares := map[*queue][]place{}
	for _, q := range r.queues {
		shares[q] = q.pick(places)
	}
	if err := r.db.state.write(ctx, func(conn *sqlite.Conn) error { return store(conn, shares, end) }); err != nil {
		return false, fmt.Errorf("fill the queues: %w", err)
	}
	for q, places := range shares {
		q.fill(places, end)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.moved)
	r.moved = make(chan struct{})
	return true, nil
}

// place is where a commit stands in the feed.
type place struct {
	position uint64
	stream   es.StreamID
}

// places reads what [DB.Read] reads, but for the commits themselves.
func (db *DB) places(ctx context.Context, after uint64, limit int) (places []place, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT position, stream FROM events WHERE position > ? ORDER BY position"+upTo, func(stmt *sqlite.Stmt) error {
			places = append(places, place{uint64(stmt.ColumnInt64(0)), es.StreamID(stmt.ColumnText(1))})
			return nil
		}, after, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed behind position %d: %w", after, err)
	}
	return places, nil
}

func store(conn *sqlite.Conn, shares map[*queue][]place, end uint64) error {
	for q, places := range shares {
		for _, p := range places {
			if err := exec(conn, "INSERT INTO messages (queue, position, stream) VALUES (?, ?, ?)", q.name, p.position, string(p.stream)); err != nil {
				return err
			}
		}
		if err := exec(conn, "UPDATE queues SET position = max(position, ?) WHERE name = ?", end, q.name); err != nil {
			return err
		}
	}
	return nil
}

// filled is the position up to which all queues have been filled.
func (r *relay) filled() uint64 {
	all := uint64(math.MaxUint64)
	for _, q := range r.queues {
		all = min(all, q.filledTo())
	}
	return all
}

// Publish implements [engine.Publisher]: it returns when the commits are in the queues. The relay brings them there without
// being told, so that this is for those who want to know when. The commits must have been appended.
func (db *DB) Publish(ctx context.Context, commits []es.Commit) error {
	if db.relay == nil {
		return errGuest
	}
	last, err := db.lastPosition(ctx, commits)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return db.relay.wait(ctx, last)
}

// wait returns when all queues have been filled up to a position.
func (r *relay) wait(ctx context.Context, position uint64) error {
	for {
		moved := r.next()
		if r.filled() >= position {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		case <-r.ended:
			return os.ErrClosed
		}
	}
}

// next is closed when queues have been filled once more.
func (r *relay) next() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.moved
}

// lastPosition finds the furthest place of commits in the feed.
func (db *DB) lastPosition(ctx context.Context, commits []es.Commit) (last uint64, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		for _, c := range commits {
			position := uint64(0)
			if err := query(conn, "SELECT position FROM events WHERE stream = ? AND version = ?", func(stmt *sqlite.Stmt) error {
				position = uint64(stmt.ColumnInt64(0))
				return nil
			}, string(c.Stream), c.Version); err != nil {
				return err
			}
			if position == 0 {
				return fmt.Errorf("%s has no commit at version %d", c.Stream, c.Version)
			}
			last = max(last, position)
		}
		return nil
	})
	return last, err
}
