package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestOneProcessServesAFolder(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	_, err := sqlite.Open(dir)
	if !errors.Is(err, sqlite.ErrLocked) {
		t.Fatalf("opening it twice gave the error %v", err)
	}
	for _, part := range []string{filepath.Join(dir, "lock"), fmt.Sprintf("process %d", os.Getpid())} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not name %s", err, part)
		}
	}
	shut(t, db)
	openIn(t, dir)
}

func TestAGuestWorksBesideTheServer(t *testing.T) {
	dir := t.TempDir()
	server := openIn(t, dir, sqlite.Queue("q"))
	guest := openIn(t, dir, sqlite.Guest())
	note := engine.Parked{Consumer: "c", Stream: "match-1", Version: 1}
	if err := errors.Join(server.Park(t.Context(), note), guest.Unpark(t.Context(), "c", "match-1")); err != nil {
		t.Fatal(err)
	}
	if parked, err := server.Parked(t.Context()); err != nil || len(parked) > 0 {
		t.Fatalf("parked is %v, error %v", parked, err)
	}
	if err := guest.Append(t.Context(), es.Draft{Stream: "match-1", Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}}); err != nil {
		t.Fatal(err)
	}
	done := func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
		return events.SQSEventResponse{}, nil
	}
	if n, err := server.Poll(t.Context(), "q", 30*time.Second, done); n != 1 || err != nil {
		t.Fatalf("the server received %d messages, error %v", n, err)
	}
	if _, err := guest.Poll(t.Context(), "q", 0, done); err == nil {
		t.Error("a guest can poll")
	}
	if err := guest.Publish(t.Context(), nil); err == nil {
		t.Error("a guest can publish")
	}
}

func TestPublishWantsWhatIsSaved(t *testing.T) {
	err := open(t, sqlite.Queue("q")).Publish(t.Context(), []es.Commit{{Stream: "match-1", Version: 3}})
	if err == nil || !strings.Contains(err.Error(), "match-1 has no commit at version 3") {
		t.Fatalf("the error is %v", err)
	}
}

func TestAClosedFolderSaysSo(t *testing.T) {
	db := open(t)
	shut(t, db)
	draft := es.Draft{Stream: "match-1", Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}}
	_, readErr := db.Read(t.Context(), 0, 1)
	_, rowErr := db.Row(t.Context(), "view", "id")
	for _, err := range []error{readErr, rowErr, db.Append(t.Context(), draft), db.Park(t.Context(), engine.Parked{})} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestConnectionsEndWithTheServer(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	if err := errors.Join(db.Connect(t.Context(), engine.Connection{ID: "c"}), db.Subscribe(t.Context(), "c", "match-1")); err != nil {
		t.Fatal(err)
	}
	if err := openIn(t, dir, sqlite.Guest()).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Connection(t.Context(), "c"); err != nil {
		t.Fatalf("a guest took the connection along: %v", err)
	}
	shut(t, db)
	if _, err := openIn(t, dir).Connection(t.Context(), "c"); !errors.Is(err, engine.ErrGone) {
		t.Fatalf("the error is %v", err)
	}
}

func TestACursorOfNoListIsRefused(t *testing.T) {
	for _, cursor := range []string{"!", "AQ", "_____w"} {
		_, err := open(t).List(t.Context(), "view", engine.Page{Index: "i", Partition: "p", After: cursor, Limit: 1})
		var rejection *es.Rejection
		if !errors.As(err, &rejection) || rejection.Kind != es.KindInvalid {
			t.Errorf("cursor %q gave the error %v", cursor, err)
		}
	}
}
