package store

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
	zombiezen "zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// million is over how many events a reader catches up.
const million = 1_000_000

// BenchmarkCatchUp measures reading all of the feed, decoding its events into their types and folding them into the state
// of each stream: what rebuilding a view takes, but for the writing of it.
func BenchmarkCatchUp(b *testing.B) {
	for _, per := range []int{10, 1} {
		dir := func(b *testing.B) string { return folder(b, million/perStream, per) }
		b.Run(fmt.Sprintf("by=raw-scan/commit=%d", per), func(b *testing.B) { scanRaw(b, dir(b), func([]byte) error { return nil }) })
		b.Run(fmt.Sprintf("by=raw-decoded/commit=%d", per), func(b *testing.B) { scanRaw(b, dir(b), decodeRaw) })
		b.Run(fmt.Sprintf("by=foldstream/commit=%d", per), func(b *testing.B) { catchUp(b, dir(b)) })
	}
}

// scanRaw reads the rows in order with SQLite alone.
func scanRaw(b *testing.B, dir string, use func([]byte) error) {
	conn, err := zombiezen.OpenConn(filepath.Join(dir, "events.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // it was read only
	stmt, err := conn.Prepare("SELECT position, stream, version, events FROM events ORDER BY position")
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if err := scanRows(stmt, use); err != nil {
			b.Fatal(err)
		}
	}
	report(b, b.N*million)
}

func scanRows(stmt *zombiezen.Stmt, use func([]byte) error) error {
	buffer := make([]byte, 64<<10)
	for {
		found, err := stmt.Step()
		if err != nil || !found {
			return err
		}
		_, _, _ = stmt.ColumnInt64(0), stmt.ColumnText(1), stmt.ColumnInt64(2)
		if err := use(buffer[:stmt.ColumnBytes(3, buffer)]); err != nil {
			return err
		}
	}
}

// decodeRaw decodes a row's events with the JSON library alone.
func decodeRaw(row []byte) error {
	var events []struct {
		Type string       `json:"type"`
		Data score.Scored `json:"data"`
	}
	return json.Unmarshal(row, &events)
}

// catchUp folds the whole feed.
func catchUp(b *testing.B, dir string) {
	db := open(b, dir)
	b.ResetTimer()
	for range b.N {
		states := make(map[es.StreamID]any, million/perStream)
		for c, err := range engine.CatchUp(b.Context(), db, 0) {
			if err == nil {
				states[c.Stream], err = score.Game.Fold(states[c.Stream], c.Commit)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		check(b, states)
	}
	report(b, b.N*million)
}

func check(b *testing.B, states map[es.StreamID]any) {
	b.Helper()
	turns := 0
	for _, s := range states {
		turns += s.(score.Tally).Turns
	}
	if turns != million {
		b.Fatalf("caught up over %d events", turns)
	}
}
