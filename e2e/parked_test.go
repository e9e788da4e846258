package e2e

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// guest opens the store of a running server beside it, as another program does.
func guest(t *testing.T, data string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(data, sqlite.Guest())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// poison appends an event to a stream that no view can read, past the server, as a faulty program would.
func poison(t *testing.T, data string, stream es.StreamID) {
	t.Helper()
	db := guest(t, data)
	var head es.Head
	for c, err := range engine.Read(t.Context(), db, stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		head = c.Head()
	}
	err := db.Append(t.Context(), es.Draft{
		Stream: stream, After: head, Events: []es.Recorded{{Type: "MatchJoined", Data: []byte(`[]`)}},
		Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now()},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestParked repairs a stream that a view cannot get on with, by the command line, while the server runs.
func TestParked(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	server := launch(t, binary, data, "127.0.0.1:0")
	ada, adaID := somebody(t, server.url, "Ada")
	match := newMatch(t, ada, adaID)
	stream := "match-" + match
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), binary, append([]string{"parked", "--data", data}, args...)...).CombinedOutput()
		if err != nil {
			return "failed: " + string(out)
		}
		return string(out)
	}
	says := func(said string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(said, want) {
				t.Fatalf("it said %q, want %q", said, want)
			}
		}
	}
	says(run("list"), "Nothing is parked.")
	poison(t, data, es.StreamID(stream))
	eventually(t, "the stream is parked", func() bool { return strings.Contains(run("list"), stream) })
	newMatch(t, ada, adaID) // others go on

	says(run("list"), "matches", "read event 3 of "+stream)
	says(run("show", "matches", stream), "cannot take "+stream+" at version 3", `"type": "MatchJoined"`)
	says(run("show", "matches", "match-other"), "failed: ", "is not parked")
	says(run("retry", "matches", stream), "failed: ", "is parked again, at version 3")
	says(run("skip", "matches", stream, "--reason", "it is none"), "matches is up to date with "+stream)
	says(run("list"), "Nothing is parked.")
	get[matchView](t, ada, "/matches/"+match+"?min-version=3")
}
