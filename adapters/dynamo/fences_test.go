package dynamo_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func fencedAt(client *dynamodb.Client) *dynamo.EventStore {
	return &dynamo.EventStore{Client: client, Table: "events", Leases: "leases"}
}

func TestAppendChecksTheLease(t *testing.T) {
	free, held := draft(stream("user"), es.Head{}, 1), fenced(draft(stream("room"), es.Head{}, 1), 7)
	f, client := newFake(t, func(operation string, _ int, input map[string]any) answer {
		if operation == "PutItem" {
			return answer{}
		}
		writes := input["TransactItems"].([]any)
		same(t, "the number of writes", len(writes), 3)
		same(t, "the last one", writes[2], any(map[string]any{"ConditionCheck": map[string]any{
			"TableName": "leases", "Key": map[string]any{"lease": s(string(held.Stream)), "sk": s("lease")},
			"ConditionExpression": "fence = :token", "ExpressionAttributeValues": map[string]any{":token": n(7)},
		}}))
		return answer{}
	})
	for _, drafts := range [][]es.Draft{{free}, {free, held}} {
		if err := fencedAt(client).Append(t.Context(), drafts...); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "the calls", f.made(), "PutItem TransactWriteItems")
}

func TestAppendTellsDeposedFromConflict(t *testing.T) {
	d := fenced(draft(stream("room"), es.Head{}, 1), 7)
	there := draft(d.Stream, es.Head{}, 2).Commit()
	conflict := reason("ConditionalCheckFailed")
	conflict["Item"] = wire(there)
	fine, refused, contended := reason("None"), reason("ConditionalCheckFailed"), reason("TransactionConflict")
	for name, test := range map[string]struct {
		answer   answer
		want     error
		conflict bool
		calls    int
	}{
		"deposed":                                    {cancelled(fine, refused), engine.ErrDeposed, false, 1},
		"deposed, and the stream has moved on":       {cancelled(conflict, refused), engine.ErrDeposed, false, 1},
		"deposed, and in the way of another":         {cancelled(contended, refused), engine.ErrDeposed, false, 1},
		"the stream has moved on":                    {cancelled(conflict, fine), nil, true, 1},
		"in the way of a writer who takes the lease": {cancelled(fine, contended), engine.ErrBusy, false, 13},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, client := newFake(t, func(string, int, map[string]any) answer { return test.answer })
			err := fencedAt(client).Append(t.Context(), d)
			if !errors.Is(err, test.want) && test.want != nil {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			var got *engine.Conflict
			if errors.As(err, &got) != test.conflict {
				t.Fatalf("got error %v, want a conflict: %v", err, test.conflict)
			}
			if test.conflict {
				same(t, "the conflict", *got, engine.Conflict{Stream: d.Stream, Commit: there})
			}
			same(t, "the number of calls", len(strings.Fields(f.made())), test.calls)
		})
	}
}

func TestAppendUnderATokenWaitsForTransactions(t *testing.T) {
	f, client := newFake(t, func(_ string, call int, _ map[string]any) answer {
		if call == 0 {
			return cancelled(reason("None"), reason("TransactionConflict"))
		}
		return answer{}
	})
	if err := fencedAt(client).Append(t.Context(), fenced(draft(stream("room"), es.Head{}, 1), 7)); err != nil {
		t.Fatal(err)
	}
	same(t, "the calls", f.made(), "TransactWriteItems TransactWriteItems")
}

func TestAppendCountsTokens(t *testing.T) {
	f, client := newFake(t, func(string, int, map[string]any) answer { return answer{} })
	var drafts []es.Draft
	for range 51 {
		drafts = append(drafts, fenced(draft(stream("room"), es.Head{}, 1), 7))
	}
	if err := fencedAt(client).Append(t.Context(), drafts...); err == nil {
		t.Error("102 writes in one transaction: no error")
	}
	if err := fencedAt(client).Append(t.Context(), drafts[:50]...); err != nil {
		t.Error(err)
	}
	same(t, "the calls", f.made(), "TransactWriteItems")
}

// TestDeposedWriter lets a writer go on after another one has taken its lease.
func TestDeposedWriter(t *testing.T) {
	set := tables(t)
	room := stream("room")
	acquire := func(now time.Time) uint64 {
		t.Helper()
		token, err := set.leases().Acquire(t.Context(), string(room), now, now.Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	old := acquire(instant)
	first := store(t, set.events(), fenced(draft(room, es.Head{}, 1), old))[0]
	now := acquire(instant.Add(time.Second))
	other := stream("room")
	err := set.events().Append(t.Context(), fenced(draft(room, first.Head(), 1), old), draft(other, es.Head{}, 1))
	if !errors.Is(err, engine.ErrDeposed) {
		t.Fatalf("got error %v, want %v", err, engine.ErrDeposed)
	}
	var conflict *engine.Conflict
	if err := set.events().Append(t.Context(), fenced(draft(room, es.Head{}, 1), now)); !errors.As(err, &conflict) {
		t.Fatalf("append where the stream is no more: got error %v, want a conflict", err)
	}
	same(t, "the commit in the way", conflict.Commit, first)
	store(t, set.events(), fenced(draft(room, first.Head(), 1), now), draft(other, es.Head{}, 1))
}
