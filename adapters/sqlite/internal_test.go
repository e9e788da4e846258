package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func openIn(t *testing.T, dir string, options ...Option) *DB {
	t.Helper()
	db, err := Open(dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, db) })
	return db
}

func shut(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func alter(t *testing.T, path, statement string) {
	t.Helper()
	conn, err := connect(path, "FULL")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(exec(conn, statement), conn.Close()); err != nil {
		t.Fatal(err)
	}
}

func happened(stream es.StreamID) es.Draft {
	return es.Draft{Stream: stream, Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}}
}

func TestWritesThatShareATransactionShareNoFaults(t *testing.T) {
	db := openIn(t, t.TempDir())
	fault := errors.New("fault")
	note := func(conn *sqlite.Conn, consumer string) error {
		return exec(conn, "INSERT INTO checkpoints (consumer, stream, version) VALUES (?, 's', 1)", consumer)
	}
	refuses := func(*sqlite.Conn) error { return refusal{engine.ErrStale} }
	succeeds := func(name string) func(*sqlite.Conn) error {
		return func(conn *sqlite.Conn) error { return note(conn, name) }
	}
	failsHalfway := func(conn *sqlite.Conn) error { return errors.Join(note(conn, "half"), fault) }
	for _, test := range []struct {
		name string
		runs []func(*sqlite.Conn) error
		want []error
	}{
		{"a refusal", []func(*sqlite.Conn) error{succeeds("a"), refuses, succeeds("b")}, []error{nil, engine.ErrStale, nil}},
		{"a fault", []func(*sqlite.Conn) error{succeeds("c"), failsHalfway, refuses, succeeds("d")}, []error{nil, fault, engine.ErrStale, nil}},
	} {
		t.Run(test.name, func(t *testing.T) {
			// While the first write is under way the others gather.
			begun, goOn, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			begin := sync.OnceFunc(func() { close(begun) }) // it runs again when another fails
			go func() {
				first <- db.state.write(t.Context(), func(*sqlite.Conn) error {
					begin()
					<-goOn
					return nil
				})
			}()
			<-begun
			others := make([]chan error, len(test.runs))
			for i, run := range test.runs {
				others[i] = make(chan error, 1)
				go func() { others[i] <- db.state.write(t.Context(), run) }()
				for len(db.state.queue) <= i {
					runtime.Gosched()
				}
			}
			close(goOn)
			if err := <-first; err != nil {
				t.Fatal(err)
			}
			for i, other := range others {
				if err := <-other; !errors.Is(err, test.want[i]) || (err != nil) != (test.want[i] != nil) {
					t.Errorf("write %d gave the error %v, want %v", i, err, test.want[i])
				}
			}
		})
	}
	for name, want := range map[string]uint64{"a": 1, "b": 1, "c": 1, "d": 1, "half": 0} {
		if got, err := db.Applied(t.Context(), name, "s"); got != want || err != nil {
			t.Errorf("%s is at %d, error %v", name, got, err)
		}
	}
}

func TestDamagedRowsAreFaults(t *testing.T) {
	r, err := newRecord(es.Draft{Stream: "match-1", Events: []es.Recorded{
		{Type: "Made", Data: []byte(`{"a":1}`)}, {Type: "Changed", Schema: 2, Data: []byte(`{"b":"}"}`)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	events, lengths := r.events, string(r.lengths)
	if got, err := split([]byte(events), r.lengths, 2, names{}); err != nil || len(got) != 2 || got[1].Schema != 2 || string(got[1].Data) != `{"b":"}"}` {
		t.Fatalf("split gave %v, error %v", got, err)
	}
	for _, count := range []int{-1, 0, 1, 3, 1 << 40} {
		if _, err := split([]byte(events), r.lengths, count, names{}); !errors.Is(err, errDamaged) {
			t.Errorf("%d events: the error is %v", count, err)
		}
	}
	for name, damaged := range map[string][2]string{
		"too short":         {events[:len(events)-3], lengths},
		"too long":          {events + "]", lengths},
		"a length too many": {events, lengths + "\x01"},
		"lengths cut":       {events, lengths[:1]},
		"a length wrong":    {events, "\x05" + lengths[1:]},
		"a huge length":     {events, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" + lengths[1:]},
		"an endless length": {events, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
		"other members":     {strings.Replace(events, `"type"`, `"kind"`, 1), lengths},
		"no data":           {strings.Replace(events, `"data"`, `"tada"`, 1), lengths},
		"an odd schema":     {strings.Replace(events, `"schema":2`, `"schema":x`, 1), lengths},
	} {
		if _, err := split([]byte(damaged[0]), []byte(damaged[1]), 2, names{}); !errors.Is(err, errDamaged) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func TestACommitWithoutEventsIsRefused(t *testing.T) {
	if _, err := newRecord(es.Draft{Stream: "match-1"}); err == nil {
		t.Error("it is taken")
	}
}

func TestEventTypesArePlainText(t *testing.T) {
	for _, name := range []string{"with \"quotes\"", "back\\slash", "line\nbreak", "\xff"} {
		if _, err := newRecord(es.Draft{Stream: "match-1", Events: []es.Recorded{{Type: name, Data: []byte(`{}`)}}}); err == nil {
			t.Errorf("the type %q is taken", name)
		}
	}
}

func TestAStoreThatAnotherHoldsIsBusy(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	db.events.conn.SetBusyTimeout(0)
	other, err := connect(filepath.Join(dir, "events.db"), "FULL")
	if err != nil {
		t.Fatal(err)
	}
	if err := exec(other, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if err := db.Append(t.Context(), happened("match-1")); !errors.Is(err, engine.ErrBusy) {
		t.Errorf("the error is %v", err)
	}
	if err := errors.Join(exec(other, "ROLLBACK"), other.Close()); err != nil {
		t.Fatal(err)
	}
	if err := db.Append(t.Context(), happened("match-1")); err != nil {
		t.Errorf("it stays busy: %v", err)
	}
}

func TestAFeedThatLostItsEndFillsTheQueuesAgain(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir, Queue("q"), Relaxed())
	for _, stream := range []es.StreamID{"match-1", "match-2", "match-3"} {
		if err := db.Append(t.Context(), happened(stream)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Publish(t.Context(), []es.Commit{happened("match-3").Commit()}); err != nil {
		t.Fatal(err)
	}
	fold := es.FoldID{Name: "fold"}
	snapshot := engine.Snapshot{Version: 1, State: []byte(`{}`)}
	if err := db.SaveSnapshot(t.Context(), fold, "match-3", snapshot); err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	db = openIn(t, dir, Queue("q"))
	if s, err := db.Snapshot(t.Context(), fold, "match-3"); err != nil || s.Version != 1 {
		t.Fatalf("the snapshot is %v, error %v", s, err)
	}
	shut(t, db)
	alter(t, filepath.Join(dir, "events.db"), "DELETE FROM events WHERE position > 1")

	db = openIn(t, dir, Queue("q"))
	if s, err := db.Snapshot(t.Context(), fold, "match-3"); err != nil || s.Version != 0 {
		t.Errorf("the snapshot of what is lost is %v, error %v", s, err)
	}
	if err := db.Append(t.Context(), happened("match-4")); err != nil {
		t.Fatal(err)
	}
	if err := db.Publish(t.Context(), []es.Commit{happened("match-4").Commit()}); err != nil {
		t.Fatal(err)
	}
	var groups []string
	if _, err := db.Poll(t.Context(), "q", 0, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		for _, m := range batch.Records {
			groups = append(groups, m.Attributes["MessageGroupId"])
		}
		return events.SQSEventResponse{}, nil
	}); err != nil || strings.Join(groups, " ") != "match-1 match-4" {
		t.Errorf("received %v, error %v", groups, err)
	}
}

func TestFilesOfALaterLayoutAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	shut(t, openIn(t, dir))
	alter(t, filepath.Join(dir, "state.db"), fmt.Sprintf("PRAGMA user_version = %d", layout+1))
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("they have layout %d, this program knows %d", layout+1, layout)) {
		t.Errorf("the error is %v", err)
	}
}

// An errand is acknowledged when it is on the disk, which state.db does not promise.
func TestErrandsAreInTheFileThatIsSynced(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	if err := errors.Join(db.Set(t.Context(), engine.Errand{ID: "a"}), db.Post(t.Context(), engine.Errand{ID: "b"})); err != nil {
		t.Fatal(err)
	}
	synchronous, stored := 0, 0
	if err := db.events.write(t.Context(), func(conn *sqlite.Conn) error {
		return errors.Join(
			query(conn, "PRAGMA synchronous", func(stmt *sqlite.Stmt) error { synchronous = stmt.ColumnInt(0); return nil }),
			query(conn, "SELECT count(*) FROM errands", func(stmt *sqlite.Stmt) error { stored = stmt.ColumnInt(0); return nil }),
		)
	}); err != nil || synchronous != 2 || stored != 2 {
		t.Errorf("synchronous is %d, stored are %d, error %v", synchronous, stored, err)
	}
}

func TestAFolderOfTheLayoutBeforeGainsItsTables(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir)
	outcome := engine.Outcome{Type: "Happened", TraceID: "t", AggregateID: "match-1", Version: 1, Time: time.UnixMilli(0).UTC()}
	if err := errors.Join(db.Append(t.Context(), happened("match-1")), db.Note(t.Context(), "t", []engine.Outcome{outcome})); err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	for _, statement := range []string{"DROP TABLE leases", "DROP TABLE errands", "DROP TABLE lanes", "PRAGMA user_version = 1"} {
		alter(t, filepath.Join(dir, "events.db"), statement)
	}
	for _, statement := range []string{
		"DROP TABLE generations", "DROP TABLE snapshots", "DROP TABLE texts", "DROP TABLE documents", "ALTER TABLE subscriptions RENAME COLUMN topic TO stream",
		"ALTER TABLE parked DROP COLUMN history", "ALTER TABLE outcomes DROP COLUMN command", "ALTER TABLE outcomes DROP COLUMN schema",
		"PRAGMA user_version = 1",
	} {
		alter(t, filepath.Join(dir, "state.db"), statement)
	}
	if _, err := Open(dir, Guest()); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("they have layout 1, this program knows %d", layout)) {
		t.Errorf("a guest's error is %v", err)
	}

	db = openIn(t, dir)
	_, err := db.Acquire(t.Context(), "match-1", time.Now(), time.Now())
	if err := errors.Join(err,
		db.Set(t.Context(), engine.Errand{ID: "a"}), db.Index(t.Context(), "view", "id", 1, "text"),
		db.SaveSnapshot(t.Context(), es.FoldID{}, "match-1", engine.Snapshot{Version: 1}),
		db.SetStanding(t.Context(), "view", engine.FirstStanding(), engine.Standing{Live: 2, Last: 2}),
		db.Connect(t.Context(), engine.Connection{ID: "c"}), db.Subscribe(t.Context(), "c", engine.EventTopic("Happened")),
	); err != nil {
		t.Error(err)
	}
	if commits, err := db.Tail(t.Context(), "match-1", 10); err != nil || len(commits) != 1 {
		t.Errorf("the stream has %d commits, error %v", len(commits), err)
	}
	later := outcome
	later.Version, later.CommandID = 2, "c"
	if err := db.Note(t.Context(), "t", []engine.Outcome{later}); err != nil {
		t.Error(err)
	}
	if outcomes, err := db.Trace(t.Context(), "t"); err != nil || len(outcomes) != 2 || outcomes[0].CommandID != "" || outcomes[1].CommandID != "c" {
		t.Errorf("the trace has %+v, error %v", outcomes, err)
	}
}
