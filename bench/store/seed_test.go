package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/es"
)

// folder is a data folder filled with streams, a hundred events to each. It is filled once in a run: whoever writes to it
// takes a copy.
func folder(b *testing.B, streams, perCommit int) string {
	b.Helper()
	all := os.Getenv("BENCH_DATA")
	if all == "" {
		all = filepath.Join(os.TempDir(), "foldstream-bench")
	}
	dir := filepath.Join(all, fmt.Sprintf("%d-streams-by-%d", streams, perCommit))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	filling := dir + ".filling"
	if err := os.RemoveAll(filling); err != nil {
		b.Fatal(err)
	}
	fill(b, filling, streams, perCommit)
	if err := os.Rename(filling, dir); err != nil {
		b.Fatal(err)
	}
	return dir
}

// perStream is how many events a stream has when commands and catching up are measured.
const perStream = 100

func fill(b *testing.B, dir string, streams, perCommit int) {
	b.Helper()
	db, err := sqlite.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	drafts := make([]es.Draft, streams)
	for s := range drafts {
		drafts[s] = draft(b, game(s), perCommit)
	}
	const atOnce = 64 // commits in a transaction; the limit is 100
	for range perStream / perCommit {
		for from := 0; from < streams; from += atOnce {
			some := drafts[from:min(from+atOnce, streams)]
			if err := db.Append(b.Context(), some...); err != nil {
				b.Fatal(err)
			}
			for i := range some {
				some[i].After = some[i].Commit().Head()
			}
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

func game(s int) es.StreamID { return es.NewStreamID("game", fmt.Sprint(s)) }

func duplicate(b *testing.B, dir string) string {
	b.Helper()
	target := filepath.Join(b.TempDir(), "data")
	if err := os.CopyFS(target, os.DirFS(dir)); err != nil {
		b.Fatal(err)
	}
	return target
}
