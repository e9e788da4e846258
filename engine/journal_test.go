package engine_test

import (
	"context"
	"hash/crc32"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// A journal, whose state tells every history from every other.
type journal struct {
	Lines  int    `json:"lines"`
	Digest uint32 `json:"digest"`
}

type line struct {
	Text string `json:"text"`
}

func (e line) Evolve(j journal) journal {
	return journal{j.Lines + 1, crc32.Update(j.Digest, crc32.IEEETable, []byte(e.Text))}
}

// write answers with the journal as it is then.
type write struct {
	ID    string   `json:"-" path:"id"`
	Lines []string `json:"lines"`
}

func (c write) Stream() string  { return c.ID }
func (c write) Validate() error { return nil }
func (c write) Decide(journal, es.Env) ([]es.Event[journal], error) {
	events := make([]es.Event[journal], len(c.Lines))
	for i, text := range c.Lines {
		events[i] = line{text}
	}
	return events, nil
}
func (c write) Answer(j journal, _ es.Env) (any, error) { return j, nil }

// journals declares them with a snapshot every so many versions, by a fold with some source.
func journals(every int, source string) (*es.Aggregate[journal], *es.CommandDecl) {
	a := es.Of("journal", es.On[line]("Line")).Snapshots(every, fstest.MapFS{"fold.go": {Data: []byte(source)}})
	return a, es.Handles[write](a, "write", "POST /journals/{id}")
}

// written fills a journal, and gives the requests that did it.
func written(t testing.TB, m *memory, do *es.CommandDecl, commits ...[]string) []engine.Request {
	t.Helper()
	states, err := engine.NewMemory(1)
	if err != nil {
		t.Fatal(err)
	}
	x := &engine.Commands{Store: m, Memory: states}
	var all []engine.Request
	for _, lines := range commits {
		r := request(do, write{"j", lines})
		if _, err := x.Execute(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// one is n commits of one line each.
func one(n int) [][]string {
	lines := make([][]string, n)
	for i := range lines {
		lines[i] = []string{string(rune('a' + i%26))}
	}
	return lines
}

func snapshotter(t testing.TB, m *memory, a es.Folder) *engine.Snapshotter {
	t.Helper()
	s, err := engine.NewSnapshotter(&engine.Commands{Store: m, Snapshots: m}, []es.Folder{counters, a})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// deliver tells somebody of the last commit of the journal.
func deliver(t testing.TB, s *engine.Snapshotter, m *memory) {
	t.Helper()
	commits := m.streams["journal-j"]
	if err := s.Deliver(context.Background(), "journal-j", commits[len(commits)-1:], 1); err != nil {
		t.Fatal(err)
	}
}

// read folds the journal, with snapshots or without.
func read(t testing.TB, x *engine.Commands, a es.Folder) journal {
	t.Helper()
	state, err := x.State(context.Background(), a, "journal-j")
	if err != nil {
		t.Fatal(err)
	}
	j, _ := state.(journal)
	return j
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
