package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Applied implements [engine.Checkpoints].
func (db *DB) Applied(ctx context.Context, consumer string, stream es.StreamID) (version uint64, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		version, err = applied(conn, consumer, stream)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the checkpoint of %s in %s: %w", consumer, stream, err)
	}
	return version, nil
}

func applied(conn *sqlite.Conn, consumer string, stream es.StreamID) (version uint64, err error) {
	err = query(conn, "SELECT version FROM checkpoints WHERE consumer = ? AND stream = ?", func(stmt *sqlite.Stmt) error {
		version = uint64(stmt.ColumnInt64(0))
		return nil
	}, consumer, string(stream))
	return version, err
}

// Advance implements [engine.Checkpoints].
func (db *DB) Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		version, err := applied(conn, consumer, stream)
		if err != nil {
			return err
		}
		if version != was {
			return refusal{engine.ErrStale}
		}
		return exec(conn, "INSERT OR REPLACE INTO checkpoints (consumer, stream, version) VALUES (?, ?, ?)", consumer, string(stream), now)
	})
	if err != nil {
		return fmt.Errorf("advance the checkpoint of %s in %s: %w", consumer, stream, err)
	}
	return nil
}

// Park implements [engine.ParkingLot].
func (db *DB) Park(ctx context.Context, p engine.Parked) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		now := p
		if err := readParked(conn, func(was engine.Parked) { now = p.Behind(was) }, "WHERE consumer = ? AND stream = ?", p.Consumer, string(p.Stream)); err != nil {
			return err
		}
		history := ""
		if len(now.History) > 0 {
			text, err := es.Encode(now.History)
			if err != nil {
				return fmt.Errorf("encode its history: %w", err)
			}
			history = string(text)
		}
		return exec(conn, `INSERT OR REPLACE INTO parked (consumer, stream, version, error, attempts, time, history) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			p.Consumer, string(p.Stream), p.Version, p.Error, p.Attempts, p.Time.UnixMilli(), history)
	})
	if err != nil {
		return fmt.Errorf("park %s for %s: %w", p.Stream, p.Consumer, err)
	}
	return nil
}

// Unpark implements [engine.ParkingLot].
func (db *DB) Unpark(ctx context.Context, consumer string, stream es.StreamID) error {
	return db.change(ctx, "unpark", "DELETE FROM parked WHERE consumer = ? AND stream = ?", consumer, string(stream))
}

// Parked implements [engine.ParkingLot].
func (db *DB) Parked(ctx context.Context) (all []engine.Parked, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return readParked(conn, func(p engine.Parked) { all = append(all, p) }, "ORDER BY consumer, stream")
	})
	if err != nil {
		return nil, fmt.Errorf("list what is parked: %w", err)
	}
	return all, nil
}

func readParked(conn *sqlite.Conn, add func(engine.Parked), where string, args ...any) error {
	return query(conn, "SELECT consumer, stream, version, error, attempts, time, history FROM parked "+where, func(stmt *sqlite.Stmt) error {
		p := engine.Parked{
			Consumer: stmt.ColumnText(0), Stream: es.StreamID(stmt.ColumnText(1)), Version: uint64(stmt.ColumnInt64(2)),
			Error: stmt.ColumnText(3), Attempts: stmt.ColumnInt(4), Time: moment(stmt, 5),
		}
		if history := document(stmt, 6); history != nil {
			if err := es.Decode(history, &p.History); err != nil {
				return fmt.Errorf("decode the history of %s for %s: %w", p.Stream, p.Consumer, err)
			}
		}
		add(p)
		return nil
	}, args...)
}

// Note implements [engine.Traces].
func (db *DB) Note(ctx context.Context, traceID string, outcomes []engine.Outcome) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		for _, o := range outcomes {
			if err := exec(conn, `INSERT OR IGNORE INTO outcomes (trace, stream, version, type, time, payload, schema, command, causation, invoker) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				traceID, string(o.AggregateID), o.Version, o.Type, o.Time.UnixMilli(), string(o.Payload), o.Schema, o.CommandID, o.CausationID, o.Invoker); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note outcomes of trace %s: %w", traceID, err)
	}
	return nil
}

// Trace implements [engine.Traces].
func (db *DB) Trace(ctx context.Context, traceID string) (outcomes []engine.Outcome, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT stream, version, type, time, payload, command, causation, invoker, schema FROM outcomes
			WHERE trace = ? ORDER BY time, version, stream, type`, func(stmt *sqlite.Stmt) error {
			outcomes = append(outcomes, engine.Outcome{
				TraceID: traceID, AggregateID: es.StreamID(stmt.ColumnText(0)), Version: uint64(stmt.ColumnInt64(1)),
				Type: stmt.ColumnText(2), Time: moment(stmt, 3), Payload: document(stmt, 4),
				CommandID: stmt.ColumnText(5), CausationID: stmt.ColumnText(6), Invoker: stmt.ColumnText(7), Schema: stmt.ColumnInt(8),
			})
			return nil
		}, traceID)
	})
	if err != nil {
		return nil, fmt.Errorf("read trace %s: %w", traceID, err)
	}
	return outcomes, nil
}

// change runs one statement that writes to state.db.
func (db *DB) change(ctx context.Context, doing, statement string, args ...any) error {
	if err := db.state.write(ctx, func(conn *sqlite.Conn) error { return exec(conn, statement, args...) }); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// moment reads a time, stored in ms.
func moment(stmt *sqlite.Stmt, column int) time.Time {
	return time.UnixMilli(stmt.ColumnInt64(column)).UTC()
}

// document reads a JSON text, empty for none.
func document(stmt *sqlite.Stmt, column int) jsontext.Value {
	if stmt.ColumnLen(column) == 0 {
		return nil
	}
	return jsontext.Value(stmt.ColumnText(column))
}
