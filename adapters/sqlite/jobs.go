package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// AddJob implements [engine.Jobs].
func (db *DB) AddJob(ctx context.Context, j engine.Job) (there engine.Job, err error) {
	err = db.events.write(ctx, func(conn *sqlite.Conn) error {
		there = engine.Job{}
		if err := readJobs(conn, func(found engine.Job) { there = found }, "WHERE lane = ? AND ended = 0", string(j.Lane())); err != nil {
			return err
		}
		if there.ID != "" {
			return nil
		}
		there = j
		return writeJob(conn, j)
	})
	if err != nil {
		return engine.Job{}, fmt.Errorf("add the job %s: %w", j.ID, err)
	}
	return there, nil
}

// SaveJob implements [engine.Jobs].
func (db *DB) SaveJob(ctx context.Context, j engine.Job) error {
	err := db.events.write(ctx, func(conn *sqlite.Conn) error {
		var was engine.Job
		if err := readJobs(conn, func(found engine.Job) { was = found }, "WHERE id = ? AND ended = 0", j.ID); err != nil {
			return err
		}
		if was.ID == "" {
			return refusal{engine.ErrStale}
		}
		return writeJob(conn, j)
	})
	if err != nil {
		return fmt.Errorf("save the job %s: %w", j.ID, err)
	}
	return nil
}

func writeJob(conn *sqlite.Conn, j engine.Job) error {
	text, err := es.Encode(j)
	if err != nil {
		return fmt.Errorf("encode it: %w", err)
	}
	return exec(conn, "INSERT OR REPLACE INTO jobs (id, lane, ended, job) VALUES (?, ?, ?, ?)", j.ID, string(j.Lane()), j.Ended(), string(text))
}

// Job implements [engine.Jobs].
func (db *DB) Job(ctx context.Context, id string) (j engine.Job, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return readJobs(conn, func(found engine.Job) { j = found }, "WHERE id = ?", id)
	})
	if err != nil {
		return j, fmt.Errorf("read the job %s: %w", id, err)
	}
	return j, nil
}

// Jobs implements [engine.Jobs].
func (db *DB) Jobs(ctx context.Context, limit int) (all []engine.Job, err error) {
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return readJobs(conn, func(found engine.Job) { all = append(all, found) }, "ORDER BY id DESC"+upTo, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("list the jobs: %w", err)
	}
	return all, nil
}

func readJobs(conn *sqlite.Conn, add func(engine.Job), where string, args ...any) error {
	return query(conn, "SELECT id, job FROM jobs "+where, func(stmt *sqlite.Stmt) error {
		var j engine.Job
		if err := es.Decode([]byte(stmt.ColumnText(1)), &j); err != nil {
			return fmt.Errorf("decode the job %s: %w", stmt.ColumnText(0), err)
		}
		add(j)
		return nil
	}, args...)
}
