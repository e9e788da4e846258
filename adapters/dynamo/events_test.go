package dynamo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestLoadFollowsPages(t *testing.T) {
	drafts := chain(stream("match"), 3)
	key := func(c es.Commit) map[string]any {
		return map[string]any{"aggregateId": s(string(c.Stream)), "version": n(c.Version)}
	}
	page := func(c es.Commit, last bool) answer {
		body := map[string]any{"Items": []any{wire(c)}}
		if !last {
			body["LastEvaluatedKey"] = key(c)
		}
		return answer{body: body}
	}
	f, client := newFake(t, func(_ string, call int, input map[string]any) answer {
		if call > 0 {
			same(t, "the key that the page begins behind", input["ExclusiveStartKey"], any(key(drafts[call-1].Commit())))
		}
		if input["ConsistentRead"] != true {
			t.Error("the read is not consistent")
		}
		return page(drafts[call].Commit(), call == 2)
	})
	var got []es.Commit
	for c, err := range storeAt(client).Load(t.Context(), drafts[0].Stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, c)
	}
	same(t, "the stream", got, []es.Commit{drafts[0].Commit(), drafts[1].Commit(), drafts[2].Commit()})
	same(t, "the calls", f.made(), "Query Query Query")
}

func TestTailIsOneQuery(t *testing.T) {
	drafts := chain(stream("match"), 3)
	second, third := drafts[1].Commit(), drafts[2].Commit()
	f, client := newFake(t, func(_ string, _ int, input map[string]any) answer {
		if input["ConsistentRead"] != true {
			t.Error("the read is not consistent")
		}
		same(t, "the direction", input["ScanIndexForward"], any(false))
		same(t, "the limit", input["Limit"], any(3.0))
		// As when a megabyte is full.
		more := map[string]any{"aggregateId": s(string(second.Stream)), "version": n(second.Version)}
		return answer{body: map[string]any{"Items": []any{wire(third), wire(second)}, "LastEvaluatedKey": more}}
	})
	got, err := storeAt(client).Tail(t.Context(), second.Stream, 3)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the tail", got, []es.Commit{second, third})
	if got, err := storeAt(client).Tail(t.Context(), second.Stream, 0); err != nil || len(got) > 0 {
		t.Errorf("the tail of none is %v, error %v", got, err)
	}
	same(t, "the calls", f.made(), "Query")
}

func TestLoadEndsAtItsFirstError(t *testing.T) {
	broken := wire(draft("match-1", es.Head{}, 2).Commit())
	broken["count"] = n(3)
	_, client := newFake(t, func(string, int, map[string]any) answer {
		return answer{body: map[string]any{"Items": []any{broken, broken}}}
	})
	yields := 0
	for _, err := range storeAt(client).Load(t.Context(), "match-1", 0) {
		yields++
		var fault *es.Fault
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), "match-1@1") {
			t.Errorf("got error %v, want a fault that names the item", err)
		}
	}
	same(t, "the number of yields", yields, 1)
}

func TestAppendMeetsTransactions(t *testing.T) {
	contended := cancelled(reason("None"), reason("TransactionConflict"))
	throttled := cancelled(reason("ThrottlingError"), reason("None"))
	for name, test := range map[string]struct {
		drafts  int
		answers []answer
		calls   int
	}{
		"one commit":      {1, []answer{refusal("TransactionConflictException", nil)}, 2},
		"several commits": {2, []answer{contended, contended}, 3},
		"throttled":       {2, []answer{throttled}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			f, client := newFake(t, func(_ string, call int, _ map[string]any) answer {
				if call < len(test.answers) {
					return test.answers[call]
				}
				return answer{}
			})
			var drafts []es.Draft
			for range test.drafts {
				drafts = append(drafts, draft(stream("match"), es.Head{}, 1))
			}
			if err := storeAt(client).Append(t.Context(), drafts...); err != nil {
				t.Fatal(err)
			}
			same(t, "the number of calls", len(strings.Fields(f.made())), test.calls)
		})
	}
}

func TestAppendIsBusyAndNoConflict(t *testing.T) {
	for name, test := range map[string]struct {
		drafts int
		answer answer
	}{
		"one commit in another transaction's way":      {1, refusal("TransactionConflictException", nil)},
		"several commits in another transaction's way": {2, cancelled(reason("None"), reason("TransactionConflict"))},
		"throughput":             {1, refusal("ProvisionedThroughputExceededException", nil)},
		"throughput of several":  {2, refusal("ProvisionedThroughputExceededException", nil)},
		"requests":               {1, refusal("RequestLimitExceeded", nil)},
		"throttled":              {1, refusal("ThrottlingException", nil)},
		"a table's transactions": {2, cancelled(reason("ProvisionedThroughputExceeded"), reason("None"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, client := newFake(t, func(string, int, map[string]any) answer { return test.answer })
			var drafts []es.Draft
			for range test.drafts {
				drafts = append(drafts, draft(stream("match"), es.Head{}, 1))
			}
			err := storeAt(client).Append(t.Context(), drafts...)
			var conflict *engine.Conflict
			if !errors.Is(err, engine.ErrBusy) || errors.As(err, &conflict) {
				t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
			}
		})
	}
}

func TestAppendReadsWhichStreamHasMovedOn(t *testing.T) {
	drafts := []es.Draft{draft(stream("match"), es.Head{}, 1), draft(stream("user"), es.Head{}, 1), draft(stream("user"), es.Head{}, 1)}
	there := draft(drafts[1].Stream, es.Head{}, 2).Commit()
	refused := reason("ConditionalCheckFailed")
	refused["Item"] = wire(there)
	_, client := newFake(t, func(string, int, map[string]any) answer {
		return cancelled(reason("None"), refused, reason("TransactionConflict"))
	})
	err := storeAt(client).Append(t.Context(), drafts...)
	var conflict *engine.Conflict
	if !errors.As(err, &conflict) {
		t.Fatalf("got error %v, want a conflict", err)
	}
	same(t, "the conflict", *conflict, engine.Conflict{Stream: drafts[1].Stream, Commit: there})
}

func TestAppendReportsOtherErrors(t *testing.T) {
	_, client := newFake(t, func(string, int, map[string]any) answer {
		return cancelled(reason("None"), reason("ValidationError"))
	})
	err := storeAt(client).Append(t.Context(), draft(stream("match"), es.Head{}, 1), draft(stream("user"), es.Head{}, 1))
	var conflict *engine.Conflict
	if err == nil || errors.Is(err, engine.ErrBusy) || errors.As(err, &conflict) {
		t.Fatalf("got error %v, want another", err)
	}
}

func TestAppendRefusesWhatNoCallCanTake(t *testing.T) {
	f, client := newFake(t, func(string, int, map[string]any) answer { return answer{} })
	large := func() es.Draft {
		d := draft(stream("match"), es.Head{}, 1)
		d.Events[0].Data = []byte(`"` + strings.Repeat("x", engine.MaxCommitBytes-1000) + `"`)
		return d
	}
	one := draft(stream("match"), es.Head{}, 1)
	none := draft(stream("match"), es.Head{}, 0)
	var many, heavy []es.Draft
	for range 101 {
		many = append(many, draft(stream("match"), es.Head{}, 1))
	}
	for range 18 {
		heavy = append(heavy, large())
	}
	for name, drafts := range map[string][]es.Draft{"nothing": nil, "no events": {none}, "a stream twice": {one, one}, "101 streams": many, "four megabytes": heavy} {
		err := storeAt(client).Append(t.Context(), drafts...)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if name == "four megabytes" && !errors.Is(err, engine.ErrTooLarge) {
			t.Errorf("%s: got error %v, want %v", name, err, engine.ErrTooLarge)
		}
	}
	same(t, "the calls", f.made(), "")
}

// TestAppendWhoseAnswerIsLost loses the answer after DynamoDB has stored a commit. The client tries again, and the conflict
// that it meets is its own commit.
func TestAppendWhoseAnswerIsLost(t *testing.T) {
	client, puts := losing(t, "PutItem")
	through := &dynamo.EventStore{Client: client, Table: tables(t).names.Events}
	d := draft(stream("match"), es.Head{}, 2)
	var conflict *engine.Conflict
	if err := through.Append(t.Context(), d); !errors.As(err, &conflict) {
		t.Fatalf("got error %v, want a conflict", err)
	}
	same(t, "the commit in the way", conflict.Commit, d.Commit())
	same(t, "the number of puts", puts.Load(), 2)
}

func TestCreateTablesLeavesThemAsTheyAre(t *testing.T) {
	set := tables(t)
	c := store(t, set.events(), draft(stream("match"), es.Head{}, 1))[0]
	if err := dynamo.CreateTables(t.Context(), set.client, set.names); err != nil {
		t.Fatal(err)
	}
	for got, err := range set.events().Load(t.Context(), c.Stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the commit", got, c)
	}
	for _, table := range set.names.Tables() {
		out, err := set.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(table.Name)})
		if err != nil {
			t.Fatal(err)
		}
		if (out.Table.StreamSpecification != nil) != table.Stream {
			t.Errorf("the stream of %s is %v", table.Name, out.Table.StreamSpecification)
		}
	}
}
