package store

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/foldstream/foldstream/es"
)

// rawSchema holds what a commit cannot do without, under the two keys that any event store needs: three columns fewer than
// ours has.
const rawSchema = `CREATE TABLE commits (
	position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, count INTEGER NOT NULL, time INTEGER NOT NULL,
	command_id TEXT NOT NULL, trace_id TEXT NOT NULL, invoker TEXT NOT NULL, events TEXT NOT NULL, UNIQUE (stream, version)) STRICT`

const rawInsert = `INSERT INTO commits (stream, version, count, time, command_id, trace_id, invoker, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

// raw is SQLite with nothing around it, as durable as our store: write-ahead log, and a sync at each commit.
type raw struct{ conn *sqlite.Conn }

func openRaw(b *testing.B) raw {
	b.Helper()
	conn, err := sqlite.OpenConn(filepath.Join(b.TempDir(), "raw.db")) // in WAL mode
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	r := raw{conn}
	r.run(b, "PRAGMA synchronous = FULL")
	r.run(b, rawSchema)
	return r
}

func (r raw) run(b *testing.B, query string) {
	b.Helper()
	if err := sqlitex.Execute(r.conn, query, nil); err != nil {
		b.Fatal(err)
	}
}

func (r raw) insert(b *testing.B, stmt *sqlite.Stmt, d es.Draft, events string) {
	b.Helper()
	if err := stmt.Reset(); err != nil {
		b.Fatal(err)
	}
	stmt.BindText(1, string(d.Stream))
	stmt.BindInt64(2, int64(d.After.Version())+1)
	stmt.BindInt64(3, int64(len(d.Events)))
	stmt.BindInt64(4, d.Origin.Time.UnixMilli())
	stmt.BindText(5, d.Origin.CommandID)
	stmt.BindText(6, d.Origin.TraceID)
	stmt.BindText(7, d.Origin.Invoker)
	stmt.BindText(8, events)
	if _, err := stmt.Step(); err != nil {
		b.Fatal(err)
	}
}

// appendRaw inserts prepared commits in transactions of some, one for each writer that there would be.
func appendRaw(b *testing.B, writers int) {
	r := openRaw(b)
	drafts := make([]es.Draft, writers)
	for w := range drafts {
		drafts[w] = draft(b, es.StreamID(fmt.Sprintf("game-%d", w)), perCommit)
	}
	events := text(b, drafts[0])
	stmt, err := r.conn.Prepare(rawInsert)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for begun := 0; begun < b.N; begun += writers {
		r.run(b, "BEGIN IMMEDIATE")
		for w := range min(writers, b.N-begun) {
			r.insert(b, stmt, drafts[w], events)
			drafts[w].After = drafts[w].Commit().Head()
		}
		r.run(b, "COMMIT")
	}
	report(b, b.N*perCommit)
}

// text is the events of a draft as one JSON array.
func text(b *testing.B, d es.Draft) string {
	b.Helper()
	var array bytes.Buffer
	for i, e := range d.Events {
		array.WriteString(map[bool]string{true: "[", false: ","}[i == 0])
		element, err := es.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		array.Write(element)
	}
	array.WriteByte(']')
	return array.String()
}
