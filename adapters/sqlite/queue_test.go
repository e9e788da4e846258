package sqlite_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/es"
)

// clock is a clock that is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// save appends n commits of one event to a stream, and waits until they are in the queues.
func save(t *testing.T, db *sqlite.DB, stream es.StreamID, n int) {
	t.Helper()
	var head es.Head
	for c, err := range db.Load(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		head = c.Head()
	}
	var commits []es.Commit
	for range n {
		d := es.Draft{Stream: stream, After: head, Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}}
		if err := db.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		head = d.Commit().Head()
		commits = append(commits, d.Commit())
	}
	if err := db.Publish(t.Context(), commits); err != nil {
		t.Fatal(err)
	}
}

// received polls once without waiting, and gives the messages as "match-1#1 (2)": stream, version and receive count. It
// reports those back that fail names.
func received(t *testing.T, db *sqlite.DB, queue string, fail ...string) string {
	t.Helper()
	var got []string
	_, err := db.Poll(t.Context(), queue, 0, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		var response events.SQSEventResponse
		for _, m := range batch.Records {
			id := m.Attributes["MessageDeduplicationId"]
			got = append(got, id+" ("+m.Attributes["ApproximateReceiveCount"]+")")
			for _, f := range fail {
				if f == id {
					response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
				}
			}
		}
		return response, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, ", ")
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestPausesGrowUpToTheLongest(t *testing.T) {
	time0 := &clock{now: time.Unix(0, 0)}
	db := open(t, sqlite.Queue("q"), sqlite.Clock(time0.Now), sqlite.Retry(time.Second, 4*time.Second))
	save(t, db, "match-1", 2)
	expect(t, received(t, db, "q", "match-1#1", "match-1#2"), "match-1#1 (1), match-1#2 (1)")
	for i, pause := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second} {
		time0.advance(pause - time.Millisecond)
		expect(t, received(t, db, "q"), "")
		time0.advance(time.Millisecond)
		count := string(rune('2' + i))
		expect(t, received(t, db, "q", "match-1#1", "match-1#2"), "match-1#1 ("+count+"), match-1#2 ("+count+")")
	}
}

func TestOtherStreamsGoOnDuringAPause(t *testing.T) {
	time0 := &clock{now: time.Unix(0, 0)}
	db := open(t, sqlite.Queue("q"), sqlite.Clock(time0.Now), sqlite.Retry(time.Second, time.Second))
	save(t, db, "match-1", 2)
	expect(t, received(t, db, "q", "match-1#2"), "match-1#1 (1), match-1#2 (1)")
	save(t, db, "match-2", 1)
	save(t, db, "match-1", 1)
	expect(t, received(t, db, "q"), "match-2#1 (1)")
	time0.advance(time.Second)
	expect(t, received(t, db, "q"), "match-1#2 (2), match-1#3 (1)")
}

func TestABatchHasTenMessages(t *testing.T) {
	db := open(t, sqlite.Queue("q"))
	save(t, db, "a-1", 7)
	save(t, db, "b-1", 7)
	expect(t, received(t, db, "q"), "a-1#1 (1), a-1#2 (1), a-1#3 (1), a-1#4 (1), a-1#5 (1), a-1#6 (1), a-1#7 (1), b-1#1 (1), b-1#2 (1), b-1#3 (1)")
	expect(t, received(t, db, "q"), "b-1#4 (1), b-1#5 (1), b-1#6 (1), b-1#7 (1)")
}

func TestMessagesThatTakeTooLongGoToAnother(t *testing.T) {
	time0 := &clock{now: time.Unix(0, 0)}
	db := open(t, sqlite.Queue("q"), sqlite.Clock(time0.Now), sqlite.Visibility(30*time.Second))
	save(t, db, "match-1", 1)
	if _, err := db.Poll(t.Context(), "q", 0, func(ctx context.Context, _ events.SQSEvent) (events.SQSEventResponse, error) {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("the handler's time is not limited")
		}
		expect(t, received(t, db, "q"), "")
		time0.advance(30 * time.Second)
		expect(t, received(t, db, "q", "match-1#1"), "match-1#1 (2)")
		return events.SQSEventResponse{}, nil
	}); err != nil {
		t.Fatal(err)
	}
	// What the first receiver said came too late.
	time0.advance(time.Hour)
	expect(t, received(t, db, "q"), "match-1#1 (3)")
	expect(t, received(t, db, "q"), "")
}

func TestAPanicBringsTheBatchAgain(t *testing.T) {
	time0 := &clock{now: time.Unix(0, 0)}
	db := open(t, sqlite.Queue("q"), sqlite.Clock(time0.Now))
	save(t, db, "match-1", 1)
	n, err := db.Poll(t.Context(), "q", 0, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) { panic("boom") })
	if n != 1 || err == nil || !strings.Contains(err.Error(), "boom") {
		t.Fatalf("poll gave %d messages and the error %v", n, err)
	}
	time0.advance(time.Hour)
	expect(t, received(t, db, "q"), "match-1#1 (2)")
}

func TestQueuesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	db := openIn(t, dir, sqlite.Queue("q"), sqlite.Queue("dropped"))
	save(t, db, "match-1", 2)
	expect(t, received(t, db, "q", "match-1#2"), "match-1#1 (1), match-1#2 (1)")
	shut(t, db)

	db = openIn(t, dir, sqlite.Queue("q"))
	expect(t, received(t, db, "q"), "match-1#2 (2)")
	save(t, db, "match-1", 1)
	shut(t, db)

	db = openIn(t, dir, sqlite.Queue("q"), sqlite.Queue("dropped"), sqlite.Queue("new"))
	save(t, db, "match-1", 1)
	expect(t, received(t, db, "q"), "match-1#3 (1), match-1#4 (1)")
	expect(t, received(t, db, "dropped"), "match-1#1 (1), match-1#2 (1), match-1#3 (1), match-1#4 (1)")
	expect(t, received(t, db, "new"), "match-1#4 (1)")
}

func TestPollSaysWhatIsWrong(t *testing.T) {
	db := open(t, sqlite.Queue("q"))
	if _, err := db.Poll(t.Context(), "other", 0, nil); err == nil || !strings.Contains(err.Error(), `"other" is not declared`) {
		t.Errorf("poll of an unknown queue gave the error %v", err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := db.Poll(t.Context(), "q", time.Hour, nil)
		waiting <- err
	}()
	shut(t, db)
	if err := <-waiting; !errors.Is(err, os.ErrClosed) {
		t.Errorf("poll of a closed folder gave the error %v", err)
	}
}
