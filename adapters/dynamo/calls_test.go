package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// meter notes the calls of a client, and the capacity that they take.
type meter struct {
	mu       sync.Mutex
	calls    []string
	capacity cost.Capacity
	held     map[string]bool // the operations of package cost that were held against what they take
}

// counted gives tables of the test's own, through a client whose calls are noted.
func counted(t *testing.T) (setup, *meter) {
	t.Helper()
	m := &meter{held: map[string]bool{}}
	set := create(t, emulator.MiniStack(t))
	set.client = dynamodb.NewFromConfig(set.cfg, func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("meter", func(
				ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
			) (middleware.InitializeOutput, middleware.Metadata, error) {
				m.mu.Lock()
				m.calls = append(m.calls, awsmiddleware.GetOperationName(ctx))
				m.mu.Unlock()
				out, metadata, err := next.HandleInitialize(ctx, in)
				if err == nil {
					m.mu.Lock()
					m.capacity = m.capacity.Plus(consumed(in.Parameters, out.Result))
					m.mu.Unlock()
				}
				return out, metadata, err
			}), middleware.After)
		})
	})
	return set, m
}

// costs fails the test unless an action makes just these calls.
func (m *meter) costs(t *testing.T, what, want string, action func() error) {
	t.Helper()
	m.calls = nil
	if err := action(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	same(t, "the calls of: "+what, strings.Join(m.calls, " "), want)
}

// TestCalls counts the calls of what package cost does not declare; the rest is in [TestCapacity].
func TestCalls(t *testing.T) {
	set, m := counted(t)
	events, feed, leases, snapshots := set.events(), set.feed(), set.leases(), set.snapshots()
	traces := &dynamo.Traces{Client: set.client, Table: set.names.Traces}
	connections := &dynamo.Connections{Client: set.client, Table: set.names.Connections}
	ctx := t.Context()

	d := draft(stream("match"), es.Head{}, 3)
	m.costs(t, "append a commit", "PutItem", func() error { return events.Append(ctx, d) })
	second := draft(d.Stream, d.Commit().Head(), 1)
	head := second.Commit().Head()
	m.costs(t, "append two", "TransactWriteItems", func() error {
		return events.Append(ctx, second, draft(stream("user"), es.Head{}, 1))
	})
	m.costs(t, "meet a conflict", "PutItem", func() error {
		var conflict *engine.Conflict
		if err := events.Append(ctx, d); !errors.As(err, &conflict) || len(conflict.Commit.Events) != 3 {
			return fmt.Errorf("no conflict: %w", err)
		}
		return nil
	})
	load := func() error {
		for _, err := range events.Load(ctx, d.Stream, 0) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	m.costs(t, "load a short stream", "Query", load)
	m.costs(t, "read its end", "Query", func() error { _, err := events.Tail(ctx, d.Stream, 1); return err })

	single, until := stream("single"), instant.Add(time.Second)
	var token uint64
	acquire := func() (err error) {
		token, err = leases.Acquire(ctx, string(single), instant, until)
		return err
	}
	m.costs(t, "take a lease", "UpdateItem", acquire)
	m.costs(t, "ask for a lease that is held", "UpdateItem", func() error {
		if _, err := leases.Acquire(ctx, string(single), instant, until); !errors.Is(err, engine.ErrHeld) {
			return fmt.Errorf("not held: %w", err)
		}
		return nil
	})
	m.costs(t, "append under its token", "TransactWriteItems", func() error {
		return events.Append(ctx, fenced(draft(single, es.Head{}, 1), token))
	})
	m.costs(t, "append under another", "TransactWriteItems", func() error {
		if err := events.Append(ctx, fenced(draft(single, es.Head{}, 1), token+1)); !errors.Is(err, engine.ErrDeposed) {
			return fmt.Errorf("not deposed: %w", err)
		}
		return nil
	})
	m.costs(t, "give a lease up", "UpdateItem", func() error { return leases.Release(ctx, string(single), token) })

	fold := es.FoldID{Name: "match.Match", Fingerprint: "1"}
	for _, version := range []uint64{3, 2} {
		m.costs(t, fmt.Sprintf("save a snapshot of version %d", version), "PutItem", func() error {
			return snapshots.SaveSnapshot(ctx, fold, d.Stream, engine.Snapshot{Version: version, State: []byte(`{}`)})
		})
	}

	nothing := func() error { return nil }
	for _, command := range []struct {
		what, want string
		read       func() error
	}{
		{"a warm command", "PutItem", nothing},
		{"a cold command", "Query PutItem", load},
		{"a cold command of a stream with a snapshot", "GetItem Query PutItem", func() error {
			if _, err := snapshots.Snapshot(ctx, fold, d.Stream); err != nil {
				return err
			}
			_, err := events.Tail(ctx, d.Stream, 10)
			return err
		}},
	} {
		next := draft(d.Stream, head, 1)
		m.costs(t, command.what, command.want, func() error {
			if err := command.read(); err != nil {
				return err
			}
			return events.Append(ctx, next)
		})
		head = next.Commit().Head()
	}

	m.costs(t, "feed a commit, cold", "GetItem TransactWriteItems", func() error { return feed.Append(ctx, []es.Commit{d.Commit()}) })
	m.costs(t, "feed it again", "TransactWriteItems", func() error { return feed.Append(ctx, []es.Commit{d.Commit()}) })
	m.costs(t, "feed many", "TransactWriteItems", func() error {
		var commits []es.Commit
		for range 98 {
			commits = append(commits, draft(stream("user"), es.Head{}, 1).Commit())
		}
		return feed.Append(ctx, commits)
	})
	m.costs(t, "read the feed", "Query BatchGetItem", func() error { _, err := feed.Read(ctx, 0, 1); return err })
	m.costs(t, "read behind its end", "Query", func() error { _, err := feed.Read(ctx, 99, 100); return err })

	id := string(stream("p"))
	m.costs(t, "note outcomes", "BatchWriteItem", func() error {
		return traces.Note(ctx, id, []engine.Outcome{{Type: "A", TraceID: id}, {Type: "B", TraceID: id}})
	})
	m.costs(t, "read a trace", "Query", func() error { _, err := traces.Trace(ctx, id); return err })

	topic := engine.StreamTopic(d.Stream)
	m.costs(t, "connect", "TransactWriteItems", func() error { return connections.Connect(ctx, engine.Connection{ID: id, User: id}) })
	m.costs(t, "subscribe", "GetItem TransactWriteItems", func() error { return connections.Subscribe(ctx, id, topic) })
	m.costs(t, "disconnect", "Query BatchWriteItem BatchWriteItem", func() error { return connections.Disconnect(ctx, id) })
	m.costs(t, "disconnect again", "Query", func() error { return connections.Disconnect(ctx, id) })
}

func TestSubscribeWithoutConnection(t *testing.T) {
	set := tables(t)
	connections := &dynamo.Connections{Client: set.client, Table: set.names.Connections}
	if err := connections.Subscribe(t.Context(), "nobody", "match-1"); !errors.Is(err, engine.ErrGone) {
		t.Fatalf("got error %v, want %v", err, engine.ErrGone)
	}
}

func TestListPassesOverPlacesWithoutRow(t *testing.T) {
	set := tables(t)
	views := &dynamo.Views{Client: set.client, Table: set.names.Views}
	partition := string(stream("p"))
	for i := range 5 {
		_, err := set.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(set.names.Views), Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "v/i/" + partition},
			"sk": &types.AttributeValueMemberS{Value: fmt.Sprintf("%d\x1fgone%d", i, i)},
			"id": &types.AttributeValueMemberS{Value: fmt.Sprintf("gone%d", i)},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	now := engine.Row{Version: 1, Keys: []es.Key{{Index: "i", Partition: partition, Sort: "9"}}}
	if err := views.Save(t.Context(), "v", partition, engine.Row{}, now); err != nil {
		t.Fatal(err)
	}
	rows, err := views.List(t.Context(), "v", engine.Page{Index: "i", Partition: partition, Limit: 2})
	if err != nil || len(rows) != 1 || rows[0].ID != partition {
		t.Fatalf("got %v, error %v, want the one row that is there", rows, err)
	}
}

func TestListRefusesAStrangeCursor(t *testing.T) {
	set := tables(t)
	var refusal *es.Rejection
	_, err := (&dynamo.Views{Client: set.client, Table: set.names.Views}).List(t.Context(), "v", engine.Page{Index: "i", After: "%", Limit: 1})
	if !errors.As(err, &refusal) || refusal.Kind != es.KindInvalid {
		t.Fatalf("got error %v, want a refusal", err)
	}
}

func TestSaveRefusesTooManyPlaces(t *testing.T) {
	set := tables(t)
	var now engine.Row
	for i := range 100 {
		now.Keys = append(now.Keys, es.Key{Index: "i", Partition: "p", Sort: fmt.Sprint(i)})
	}
	var fault *es.Fault
	err := (&dynamo.Views{Client: set.client, Table: set.names.Views}).Save(t.Context(), "v", "id", engine.Row{}, now)
	if !errors.As(err, &fault) {
		t.Fatalf("got error %v, want a fault, which parks the stream", err)
	}
}

func TestNoteFinishesWhatDynamoDBHandsBack(t *testing.T) {
	f, client := newFake(t, func(_ string, call int, input map[string]any) answer {
		if call == 0 {
			writes := input["RequestItems"].(map[string]any)["traces"].([]any)
			return answer{body: map[string]any{"UnprocessedItems": map[string]any{"traces": writes[1:]}}}
		}
		return answer{}
	})
	traces := &dynamo.Traces{Client: client, Table: "traces"}
	if err := traces.Note(t.Context(), "t", []engine.Outcome{{Type: "A"}, {Type: "B"}}); err != nil {
		t.Fatal(err)
	}
	same(t, "the calls", f.made(), "BatchWriteItem BatchWriteItem")

	_, client = newFake(t, func(_ string, _ int, input map[string]any) answer {
		return answer{body: map[string]any{"UnprocessedItems": input["RequestItems"]}}
	})
	traces = &dynamo.Traces{Client: client, Table: "traces"}
	if err := traces.Note(t.Context(), "t", []engine.Outcome{{Type: "A"}}); !errors.Is(err, engine.ErrBusy) {
		t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
	}
}
