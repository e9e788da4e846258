package dynamo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// TestAcquireWhoseAnswerIsLost loses the answer after DynamoDB has given a lease. The client tries again, and the lease that
// is held is its own.
func TestAcquireWhoseAnswerIsLost(t *testing.T) {
	client, tries := losing(t, "UpdateItem")
	set, room := tables(t), stream("room")
	through := &dynamo.Leases{Client: client, Table: set.names.Leases}
	token, err := through.Acquire(t.Context(), string(room), instant, instant.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the number of tries", tries.Load(), 2)
	if _, err := through.Acquire(t.Context(), string(room), instant, instant.Add(time.Second)); !errors.Is(err, engine.ErrHeld) {
		t.Fatalf("acquire it once more: got error %v, want %v", err, engine.ErrHeld)
	}
	store(t, set.events(), fenced(draft(room, es.Head{}, 1), token))
}

func TestLeasesMeetTransactions(t *testing.T) {
	f, client := newFake(t, func(_ string, call int, _ map[string]any) answer {
		if call%2 == 0 {
			return refusal("TransactionConflictException", nil)
		}
		return answer{body: map[string]any{"Attributes": map[string]any{"fence": n(3)}}}
	})
	leases := &dynamo.Leases{Client: client, Table: "leases"}
	token, err := leases.Acquire(t.Context(), "room-1", instant, instant.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the token", token, 3)
	if err := leases.Release(t.Context(), "room-1", token); err != nil {
		t.Fatal(err)
	}
	same(t, "the calls", f.made(), "UpdateItem UpdateItem UpdateItem UpdateItem")
}

func TestAcquireIsBusyAndNotHeld(t *testing.T) {
	_, client := newFake(t, func(string, int, map[string]any) answer { return refusal("ThrottlingException", nil) })
	_, err := (&dynamo.Leases{Client: client, Table: "leases"}).Acquire(t.Context(), "room-1", instant, instant.Add(time.Second))
	if !errors.Is(err, engine.ErrBusy) || errors.Is(err, engine.ErrHeld) {
		t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
	}
}
