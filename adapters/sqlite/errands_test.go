package sqlite_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

type pollErrands = func(db *sqlite.DB, ctx context.Context, wait time.Duration, handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) (int, error)

// lists are the two lists of errands: how one is given to them and how it is received.
var lists = map[string]struct {
	give func(db *sqlite.DB, ctx context.Context, e engine.Errand) error
	poll pollErrands
}{
	"timers": {(*sqlite.DB).Set, (*sqlite.DB).PollTimers},
	"inbox":  {(*sqlite.DB).Post, (*sqlite.DB).PollInbox},
}

func give(t *testing.T, db *sqlite.DB, list, id string) {
	t.Helper()
	if err := lists[list].give(db, t.Context(), errand(id)); err != nil {
		t.Fatal(err)
	}
}

func errand(id string) engine.Errand {
	return engine.Errand{ID: id, Stream: "match-" + es.StreamID(id), Input: []byte(`{}`)}
}

// gets polls once, and gives the errands as "id (receive count)". It reports all back if they fail.
func gets(t *testing.T, db *sqlite.DB, list string, wait time.Duration, fail bool) string {
	t.Helper()
	var got []string
	if _, err := lists[list].poll(db, t.Context(), wait, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
		var response events.SQSEventResponse
		for _, m := range batch.Records {
			var e engine.Errand
			if err := es.Decode([]byte(m.Body), &e); err != nil {
				t.Error(err)
			}
			got = append(got, e.ID+" ("+m.Attributes["ApproximateReceiveCount"]+")")
			if fail {
				response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		return response, nil
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, ", ")
}

func TestErrandsPauseUpToTheLongest(t *testing.T) {
	for list, pauses := range map[string][]time.Duration{
		"timers": {30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute},
		"inbox":  {30 * time.Second, 50 * time.Second, 50 * time.Second},
	} {
		t.Run(list, func(t *testing.T) {
			time0 := &clock{now: time.Unix(0, 0)}
			db := open(t, sqlite.Clock(time0.Now), sqlite.Retry(30*time.Second, 50*time.Second))
			give(t, db, list, "e")
			expect(t, gets(t, db, list, 0, true), "e (1)")
			for i, pause := range pauses {
				time0.advance(pause - time.Millisecond)
				expect(t, gets(t, db, list, 0, true), "")
				time0.advance(time.Millisecond)
				expect(t, gets(t, db, list, 0, true), "e ("+string(rune('2'+i))+")")
			}
		})
	}
}

func TestATimerIsNotEvenAMicrosecondEarly(t *testing.T) {
	due := time.Date(2031, time.March, 4, 5, 6, 7, 1_000, time.UTC)
	time0 := &clock{now: due.Add(-time.Nanosecond)}
	db := open(t, sqlite.Clock(time0.Now))
	e := errand("e")
	e.Due = due
	if err := db.Set(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	expect(t, gets(t, db, "timers", 0, false), "")
	time0.advance(time.Millisecond)
	expect(t, gets(t, db, "timers", 0, false), "e (1)")
}

func TestWhoWaitsForATimerWakesWhenItIsDue(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db := openIn(t, dir, sqlite.Clock(time.Now))
		begin := time.Now()
		e := errand("e")
		e.Due = begin.Add(90*time.Minute + 123*time.Millisecond)
		if err := db.Set(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		expect(t, gets(t, db, "timers", 24*time.Hour, false), "e (1)")
		if late := time.Since(e.Due); late != 0 {
			t.Errorf("it came %v late", late)
		}
		if got := gets(t, db, "timers", 10*time.Second, false); got != "" {
			t.Errorf("%q came again", got)
		}
		if waited := time.Since(e.Due); waited != 10*time.Second {
			t.Errorf("it waited %v for nothing", waited)
		}
		shut(t, db)
	})
}

func TestWhoWaitsForErrandsWakesAtOnce(t *testing.T) {
	for list := range lists {
		t.Run(list, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				db := openIn(t, dir, sqlite.Clock(time.Now))
				begin := time.Now()
				got := make(chan string)
				go func() { got <- gets(t, db, list, time.Hour, false) }()
				synctest.Wait()
				give(t, db, list, "e")
				expect(t, <-got, "e (1)")
				if took := time.Since(begin); took != 0 {
					t.Errorf("it took %v", took)
				}
				shut(t, db)
			})
		})
	}
}

func TestErrandsOfGuestsReachTheServer(t *testing.T) {
	for list := range lists {
		t.Run(list, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				server, guest := openIn(t, dir), openIn(t, dir, sqlite.Guest())
				got := make(chan string)
				go func() { got <- gets(t, server, list, time.Minute, false) }()
				synctest.Wait()
				give(t, guest, list, "e")
				expect(t, <-got, "e (1)")
				if _, err := lists[list].poll(guest, t.Context(), 0, nil); err == nil || !strings.Contains(err.Error(), "a guest") {
					t.Errorf("a guest's poll gave the error %v", err)
				}
				shut(t, guest)
				shut(t, server)
			})
		})
	}
}

func TestWhatAProcessHadTakenComesAtOnceToTheNext(t *testing.T) {
	for list := range lists {
		t.Run(list, func(t *testing.T) {
			dir, stopped := t.TempDir(), &clock{now: time.Unix(1, 0)}
			db := openIn(t, dir, sqlite.Clock(stopped.Now))
			give(t, db, list, "e")
			if _, err := lists[list].poll(db, t.Context(), 0, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
				shut(t, db)
				return events.SQSEventResponse{}, nil
			}); !errors.Is(err, os.ErrClosed) {
				t.Errorf("the error is %v", err)
			}
			expect(t, gets(t, openIn(t, dir, sqlite.Clock(stopped.Now)), list, 0, false), "e (2)")
		})
	}
}

func TestErrandsThatTakeTooLongGoToAnother(t *testing.T) {
	for list := range lists {
		t.Run(list, func(t *testing.T) {
			time0 := &clock{now: time.Unix(0, 0)}
			db := open(t, sqlite.Clock(time0.Now), sqlite.Visibility(30*time.Second))
			give(t, db, list, "e")
			if _, err := lists[list].poll(db, t.Context(), 0, func(ctx context.Context, _ events.SQSEvent) (events.SQSEventResponse, error) {
				if _, limited := ctx.Deadline(); !limited {
					t.Error("the handler's time is not limited")
				}
				expect(t, gets(t, db, list, 0, false), "")
				time0.advance(30 * time.Second)
				expect(t, gets(t, db, list, 0, true), "e (2)")
				return events.SQSEventResponse{}, nil
			}); err != nil {
				t.Fatal(err)
			}
			// What the first receiver said came too late.
			expect(t, gets(t, db, list, 0, false), "")
			time0.advance(time.Hour)
			expect(t, gets(t, db, list, 0, false), "e (3)")
			expect(t, gets(t, db, list, 0, false), "")
		})
	}
}

func TestWhatComesAfterALateReceiverIsNotItsToRemove(t *testing.T) {
	time0 := &clock{now: time.Unix(0, 0)}
	db := open(t, sqlite.Clock(time0.Now))
	give(t, db, "inbox", "e")
	if _, err := db.PollInbox(t.Context(), 0, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
		time0.advance(time.Hour)
		expect(t, gets(t, db, "inbox", 0, false), "e (2)")
		give(t, db, "inbox", "e") // once more
		if _, err := db.PollInbox(t.Context(), 0, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
			return events.SQSEventResponse{}, errors.New("it fails")
		}); err == nil {
			t.Error("the failure is not told")
		}
		return events.SQSEventResponse{}, nil
	}); err != nil {
		t.Fatal(err)
	}
	time0.advance(time.Hour)
	expect(t, gets(t, db, "inbox", 0, false), "e (2)")
}

func TestAPanicBringsAnErrandAgain(t *testing.T) {
	for list := range lists {
		time0 := &clock{now: time.Unix(0, 0)}
		db := open(t, sqlite.Clock(time0.Now))
		give(t, db, list, "e")
		n, err := lists[list].poll(db, t.Context(), 0, func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) { panic("boom") })
		if n != 1 || err == nil || !strings.Contains(err.Error(), "boom") {
			t.Fatalf("the %s gave %d errands and the error %v", list, n, err)
		}
		time0.advance(time.Hour)
		expect(t, gets(t, db, list, 0, false), "e (2)")
	}
}

func TestABatchHasTenErrands(t *testing.T) {
	db := open(t)
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"} {
		give(t, db, "timers", id)
		e := errand(id)
		e.Stream = "match-1"
		if err := db.Post(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for list := range lists {
		if first, rest := gets(t, db, list, 0, false), gets(t, db, list, 0, false); strings.Count(first, "(1)") != 10 || strings.Count(rest, "(1)") != 1 {
			t.Errorf("the %s gave %q and then %q", list, first, rest)
		}
	}
}

func TestPollsOfErrandsEndWithTheFolder(t *testing.T) {
	db := open(t)
	ended := make(chan error, len(lists))
	for _, list := range lists {
		go func() {
			_, err := list.poll(db, t.Context(), time.Hour, nil)
			ended <- err
		}()
	}
	shut(t, db)
	for range lists {
		if err := <-ended; !errors.Is(err, os.ErrClosed) {
			t.Errorf("the error is %v", err)
		}
	}
}
