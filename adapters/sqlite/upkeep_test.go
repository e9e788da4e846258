package sqlite_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// upkeepOf posts jobs to a folder that may be opened anew.
type upkeepOf struct{ *reopening }

func (u upkeepOf) Post(ctx context.Context, e engine.Errand) error { return u.Upkeep().Post(ctx, e) }

// TestAJobHasTimeOfItsOwn: jobs come one by one, and each may take as long as on AWS, whatever other handlers may.
func TestAJobHasTimeOfItsOwn(t *testing.T) {
	db := open(t, sqlite.Visibility(time.Second))
	for _, id := range []string{"a", "b"} {
		if err := db.Upkeep().Post(t.Context(), errand(id)); err != nil {
			t.Fatal(err)
		}
	}
	n, err := db.PollUpkeep(t.Context(), 0, func(ctx context.Context, batch events.SQSEvent) (r events.SQSEventResponse, err error) {
		end, limited := ctx.Deadline()
		if left := time.Until(end); !limited || left < limits.Upkeep-time.Minute || left > limits.Upkeep {
			t.Errorf("the handler has %v", left)
		}
		return r, nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d jobs came at once, error %v", n, err)
	}
}

// TestBacklog counts what a queue holds, until it is handled.
func TestBacklog(t *testing.T) {
	begun := time.Date(2031, time.March, 4, 5, 6, 7, 0, time.UTC)
	time0 := &clock{now: begun}
	db := open(t, sqlite.Clock(time0.Now), sqlite.Queue("q"), sqlite.Queue("other", "nothing"))
	waits := func(queue string, want engine.Backlog) {
		t.Helper()
		if got, err := db.Backlog(t.Context(), queue); err != nil || got != want {
			t.Errorf("for %s there waits %+v, error %v, want %+v", queue, got, err, want)
		}
	}
	waits("q", engine.Backlog{})
	at := func(stream es.StreamID, at time.Time) es.Draft {
		return es.Draft{Stream: stream, Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}, Origin: es.Origin{Time: at}}
	}
	if err := db.Append(t.Context(), at("match-1", begun), at("match-2", begun.Add(time.Minute))); err != nil {
		t.Fatal(err)
	}
	time0.advance(90 * time.Second)
	if _, err := db.Poll(t.Context(), "q", time.Minute, func(context.Context, events.SQSEvent) (r events.SQSEventResponse, err error) {
		waits("q", engine.Backlog{Waiting: 2, OldestSeconds: 90}) // what is being handled is not done with
		waits("other", engine.Backlog{})
		return r, nil
	}); err != nil {
		t.Fatal(err)
	}
	waits("q", engine.Backlog{})
}
