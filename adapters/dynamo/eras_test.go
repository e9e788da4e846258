package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// pumped are tables whose commits a relay brings to the feed, until the test ends.
func pumped(t *testing.T) setup {
	t.Helper()
	s := create(t, emulator.MiniStack(t))
	relay := &dynamo.Relay{Feed: s.feed(), Publisher: discard{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- emulator.Pump(ctx, s.cfg, s.names.Events, relay.Handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEras(t *testing.T) {
	contract.Eras(t, func(t *testing.T) contract.Closable {
		s := pumped(t)
		return contract.Closable{EventStore: s.events(), Feed: s.feed(), Books: dynamo.Books{Feed: s.feed()}}
	})
}

// closings appends so many eras of two commits to a stream, and gives the head of the last.
func closings(t *testing.T, events *dynamo.EventStore, stream es.StreamID, eras int, at time.Time) es.Head {
	t.Helper()
	var head es.Head
	for range eras {
		d := draft(stream, head, 1)
		if err := events.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		drafts, err := es.Closing(stream, d.Commit().Head(), nil, nil, es.Origin{CommandID: "c", TraceID: "t", Time: at})
		if err == nil {
			err = events.Append(t.Context(), drafts...)
		}
		if err != nil {
			t.Fatal(err)
		}
		head = drafts[1].Commit().Head()
	}
	return head
}

// TestEraCalls counts the calls of streams that are closed. Those of streams that are not are counted in [TestCalls].
func TestEraCalls(t *testing.T) {
	set, m := counted(t)
	ctx, id := t.Context(), stream("wallet")
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	head := closings(t, set.events(), id, 5, old)
	load := func(events *dynamo.EventStore, after uint64) func() error {
		return func() error {
			for _, err := range events.Load(ctx, id, after) {
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	cold := set.events
	m.costs(t, "load five closed eras and the last", "Query Query Query Query Query Query", load(cold(), 0))
	m.costs(t, "load behind the end, knowing nothing", "Query Query Query", load(cold(), head.Version()))
	m.costs(t, "the end, knowing nothing", "Query Query", func() error { _, err := cold().Tail(ctx, id, 1); return err })
	warm := cold()
	if err := load(warm, 0)(); err != nil {
		t.Fatal(err)
	}
	m.costs(t, "load behind the end, having read it", "Query", load(warm, head.Version()))
	m.costs(t, "the end, having read it", "Query", func() error { _, err := warm.Tail(ctx, id, 1); return err })
	m.costs(t, "append to it", "PutItem", func() error { return warm.Append(ctx, draft(id, head, 1)) })

	books := dynamo.Books{Feed: set.feed()}
	eras, err := books.Eras(ctx, id)
	if err != nil || len(eras) != 5 {
		t.Fatalf("got %d eras, error %v, want 5", len(eras), err)
	}
	for _, e := range eras {
		if err := books.Empty(ctx, id, e, "a copy"); err != nil {
			t.Fatal(err)
		}
	}
	m.costs(t, "load what is left, whatever the number of eras", "Query Query", load(cold(), 0))
	m.capacity.Read = 0
	if err := load(cold(), 0)(); err != nil {
		t.Fatal(err)
	}
	same(t, "the read units", m.capacity.Read, 2.0)

	open := stream("wallet")
	d := draft(open, es.Head{}, 1)
	writer := cold()
	m.costs(t, "load an empty stream", "Query", func() error {
		for _, err := range writer.Load(ctx, open, 0) {
			return err
		}
		return nil
	})
	m.costs(t, "append", "PutItem", func() error { return writer.Append(ctx, d) })
	m.costs(t, "look again, having appended", "Query", func() error {
		for _, err := range writer.Load(ctx, open, d.Commit().Last()) {
			return fmt.Errorf("there is something behind it: %w", err)
		}
		return nil
	})
}

func TestYoungErasStay(t *testing.T) {
	s := tables(t)
	id := stream("wallet")
	closings(t, s.events(), id, 1, time.Now().Add(-23*time.Hour))
	books := dynamo.Books{Feed: s.feed()}
	eras, err := books.Eras(t.Context(), id)
	if err != nil || len(eras) != 1 {
		t.Fatalf("got %d eras, error %v", len(eras), err)
	}
	if err := books.Empty(t.Context(), id, eras[0], "a copy"); !errors.Is(err, engine.ErrTooYoung) {
		t.Fatalf("got error %v, want %v", err, engine.ErrTooYoung)
	}
	same(t, "the eras", func() []engine.Era { eras, _ := books.Eras(t.Context(), id); return eras }(), eras)
}

func TestStreamsAreNotCalledLikeEras(t *testing.T) {
	events := tables(t).events()
	var fault *es.Fault
	if err := events.Append(t.Context(), draft(stream("wallet")+"~1", es.Head{}, 1)); !errors.As(err, &fault) {
		t.Errorf("got error %v, want a fault", err)
	}
	for _, id := range []es.StreamID{"~", "~0", "~01", "~-1", "~x", "~1~"} {
		d := draft(stream("wallet")+id, es.Head{}, 1)
		if err := events.Append(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		tail, err := events.Tail(t.Context(), d.Stream, 1)
		if err != nil || len(tail) != 1 || tail[0].Stream != d.Stream || tail[0].Era != 0 {
			t.Errorf("of %s it gives %v, error %v", d.Stream, tail, err)
		}
	}
}

// TestEmptyingBrokenOff breaks off at every call, and looks at what is there before it is done again.
func TestEmptyingBrokenOff(t *testing.T) {
	set := tables(t)
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for step := 1; ; step++ {
		id := stream("wallet")
		var head es.Head
		for range 60 {
			d := draft(id, head, 1)
			if err := set.events().Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			head = d.Commit().Head()
		}
		drafts, err := es.Closing(id, head, nil, nil, es.Origin{CommandID: "c", TraceID: "t", Time: old})
		if err == nil {
			err = set.events().Append(t.Context(), drafts...)
		}
		if err != nil {
			t.Fatal(err)
		}
		broken := set
		broken.client = breaking(set.cfg, step)
		e := engine.Era{First: 1, Last: drafts[0].Commit().Version}
		err = dynamo.Books{Feed: broken.feed()}.Empty(t.Context(), id, e, "a copy")
		var last es.Commit
		for c, err := range engine.ReadState(t.Context(), set.events(), id, 0) {
			if err != nil {
				t.Fatalf("broken off at call %d: %v", step, err)
			}
			last = c
		}
		same(t, "the last commit", last, drafts[1].Commit())
		if err == nil {
			if step < 6 {
				t.Fatalf("there are only %d calls", step)
			}
			return
		}
		if err := (dynamo.Books{Feed: set.feed()}).Empty(t.Context(), id, e, "a copy"); err != nil {
			t.Fatal(err)
		}
		eras, err := dynamo.Books{Feed: set.feed()}.Eras(t.Context(), id)
		if err != nil || len(eras) != 1 || eras[0].Archived != "a copy" || !eras[0].Emptied {
			t.Fatalf("broken off at call %d: %+v, error %v", step, eras, err)
		}
	}
}

var errBroken = errors.New("broken off")

// breaking is a client whose calls fail from a certain one on.
func breaking(cfg aws.Config, step int) *dynamodb.Client {
	calls := 0
	return dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("breaking", func(
				ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
			) (middleware.InitializeOutput, middleware.Metadata, error) {
				if calls++; calls >= step {
					return middleware.InitializeOutput{}, middleware.Metadata{}, errBroken
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.After)
		})
	})
}
