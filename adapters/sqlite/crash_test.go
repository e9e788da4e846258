package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.uber.org/goleak"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

const crashDir = "FOLDSTREAM_CRASH_DIR"

// TestMain is also the program that the crash test kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Println("failed", workUntilKilled(dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

const (
	crashWriters = 4
	crashQueue   = "odd" // listens to two of the writers
)

func crashStream(writer, n int) es.StreamID {
	return es.NewStreamID([]string{"even", "odd"}[writer%2], fmt.Sprintf("%d-%d", writer, n))
}

func openCrashed(dir string) (*sqlite.DB, error) {
	return sqlite.Open(dir, sqlite.Queue("all"), sqlite.Queue(crashQueue, "odd"), sqlite.Retry(time.Millisecond, time.Millisecond))
}

// workUntilKilled appends and receives, and prints what was acknowledged and what was received.
func workUntilKilled(dir string) error {
	db, err := openCrashed(dir)
	if err != nil {
		return err
	}
	failed := make(chan error, crashWriters+2)
	for writer := range crashWriters {
		go func() { failed <- appendForEver(db, writer) }()
	}
	for _, queue := range []string{"all", crashQueue} {
		go func() {
			for {
				if _, err := db.Poll(context.Background(), queue, time.Minute, printing(queue)); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

// appendForEver appends to two streams, now to one, now to both in one transaction.
func appendForEver(db *sqlite.DB, writer int) error {
	ctx := context.Background()
	heads := map[es.StreamID]es.Head{}
	for n := range 2 {
		stream := crashStream(writer, n)
		heads[stream] = es.Head{}
		for c, err := range engine.Read(ctx, db, stream, 0) {
			if err != nil {
				return err
			}
			heads[stream] = c.Head()
		}
	}
	for round := 0; ; round++ {
		var drafts []es.Draft
		for n := range 2 {
			if stream := crashStream(writer, n); n == 0 || round%3 == 0 {
				event := es.Recorded{Type: "Happened", Data: []byte(fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", round*37%3000)))}
				drafts = append(drafts, es.Draft{Stream: stream, After: heads[stream], Events: []es.Recorded{event, event}[:1+round%2]})
			}
		}
		if err := db.Append(ctx, drafts...); err != nil {
			return err
		}
		for _, d := range drafts {
			heads[d.Stream] = d.Commit().Head()
			fmt.Printf("saved %s#%d\n", d.Stream, d.Commit().Version)
		}
	}
}

// printing handles messages by printing them.
func printing(queue string) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		for _, m := range batch.Records {
			fmt.Println(queue, m.Attributes["MessageDeduplicationId"])
		}
		return events.SQSEventResponse{}, nil
	}
}

// TestKilledAtAnyMoment makes sure that nothing acknowledged is lost, that streams have no gaps, and that all that was
// saved arrives in the queues.
func TestKilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	printed := map[string][]string{} // by the first word
	for range 8 {
		runAndKill(t, dir, printed)
	}
	db, err := openCrashed(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, db)
	saved := readAll(t, db)
	for _, id := range printed["saved"] {
		if _, ok := saved[id]; !ok {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	for _, queue := range []string{"all", crashQueue} {
		drain(t, db, queue, printed)
		checkDelivered(t, queue, printed[queue], saved)
	}
	t.Logf("%d acknowledged, %d saved", len(printed["saved"]), len(saved))
}

// runAndKill runs the program until a random moment and collects what it printed.
func runAndKill(t *testing.T, dir string, printed map[string][]string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0])
	program.Env = append(os.Environ(), crashDir+"="+dir)
	output, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if kill == nil {
			kill = time.AfterFunc(rand.N(300*time.Millisecond), func() {
				if err := program.Process.Kill(); err != nil {
					t.Error(err)
				}
			})
		}
		what, id, _ := strings.Cut(lines.Text(), " ")
		printed[what] = append(printed[what], id)
	}
	var killed *exec.ExitError
	if err := program.Wait(); !errors.As(err, &killed) || killed.Exited() {
		t.Fatalf("the program ended by itself: %v %v", err, printed["failed"])
	}
}

// readAll reads all streams, and makes sure that the feed agrees with them.
func readAll(t *testing.T, db *sqlite.DB) map[string]es.Commit {
	t.Helper()
	saved := map[string]es.Commit{}
	for writer := range crashWriters {
		for n := range 2 {
			for c, err := range engine.Read(t.Context(), db, crashStream(writer, n), 0) {
				if err != nil {
					t.Fatal(err)
				}
				saved[fmt.Sprintf("%s#%d", c.Stream, c.Version)] = c
			}
		}
	}
	position := uint64(0)
	for {
		page, err := db.Read(t.Context(), position, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page {
			if position++; p.Position != position {
				t.Fatalf("position %d follows %d", p.Position, position-1)
			}
		}
		if len(page) == 0 {
			break
		}
	}
	if int(position) != len(saved) {
		t.Fatalf("the feed has %d commits, the streams have %d", position, len(saved))
	}
	return saved
}

// drain receives the rest of a queue.
func drain(t *testing.T, db *sqlite.DB, queue string, printed map[string][]string) {
	t.Helper()
	for {
		n, err := db.Poll(t.Context(), queue, 2*time.Second, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
			for _, m := range batch.Records {
				printed[queue] = append(printed[queue], m.Attributes["MessageDeduplicationId"])
			}
			return events.SQSEventResponse{}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// checkDelivered makes sure that all saved commits came to a queue, each stream's in order if repetitions are left out.
func checkDelivered(t *testing.T, queue string, delivered []string, saved map[string]es.Commit) {
	t.Helper()
	want := map[es.StreamID]uint64{}
	for _, c := range saved {
		if queue == "all" || c.Stream.Category() == queue {
			want[c.Stream] = max(want[c.Stream], c.Last())
		}
	}
	last := map[es.StreamID]uint64{}
	for _, id := range delivered {
		c, ok := saved[id]
		if !ok {
			t.Fatalf("%s came to the queue %s and is not saved", id, queue)
		}
		switch {
		case c.Version == last[c.Stream]+1:
			last[c.Stream] = c.Last()
		case c.Version > last[c.Stream]:
			t.Fatalf("%s came to the queue %s behind version %d", id, queue, last[c.Stream])
		}
	}
	for stream, version := range want {
		if last[stream] != version {
			t.Errorf("%s came to the queue %s up to version %d, it is at %d", stream, queue, last[stream], version)
		}
	}
}
