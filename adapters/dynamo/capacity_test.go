package dynamo_test

import (
	"math"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// takes fails the test unless an action makes just the calls of an operation, and what they send and give comes to its
// capacity with items of these sizes.
func (m *meter) takes(t *testing.T, o cost.Operation, s cost.Sizes, action func() error) {
	t.Helper()
	m.capacity, m.held[o.Name] = cost.Capacity{}, true
	m.costs(t, o.Name, o.Calls, action)
	same(t, "the capacity of: "+o.Name, m.capacity, o.Capacity(s))
}

// consumed is the capacity of a call on demand, by the rules of "DynamoDB read and write operations" in the developer guide:
// a write unit for each KB, two in a transaction; a read unit for each 4 KB that is read consistently, and one for nothing. A
// query rounds all of its items up together, a batch each for itself.
func consumed(input, result any) (c cost.Capacity) {
	write := func(i map[string]types.AttributeValue, times float64) { c.Write += times * units(bytesOf(i), 1024) }
	read := func(bytes int, consistent *bool) {
		times := 0.5
		if aws.ToBool(consistent) {
			times = 1
		}
		c.Read += times * units(bytes, 4096)
	}
	switch in := input.(type) {
	case *dynamodb.PutItemInput:
		write(in.Item, 1)
	case *dynamodb.UpdateItemInput:
		write(in.ExpressionAttributeValues, 1) // and the key, which is as short
	case *dynamodb.TransactWriteItemsInput:
		for _, w := range in.TransactItems {
			switch {
			case w.Put != nil:
				write(w.Put.Item, 2)
			case w.Delete != nil:
				write(w.Delete.Key, 2)
			case w.ConditionCheck != nil:
				write(w.ConditionCheck.Key, 2)
			}
		}
	case *dynamodb.BatchWriteItemInput:
		for _, writes := range in.RequestItems {
			for _, w := range writes {
				if w.PutRequest != nil {
					write(w.PutRequest.Item, 1)
				} else {
					write(w.DeleteRequest.Key, 1) // at least: it is the size of what is there
				}
			}
		}
	case *dynamodb.GetItemInput:
		read(bytesOf(result.(*dynamodb.GetItemOutput).Item), in.ConsistentRead)
	case *dynamodb.QueryInput:
		all := 0
		for _, i := range result.(*dynamodb.QueryOutput).Items {
			all += bytesOf(i)
		}
		read(all, in.ConsistentRead)
	case *dynamodb.BatchGetItemInput:
		for table, keys := range in.RequestItems {
			found := result.(*dynamodb.BatchGetItemOutput).Responses[table]
			for _, i := range found {
				read(bytesOf(i), keys.ConsistentRead)
			}
			for range len(keys.Keys) - len(found) {
				read(0, keys.ConsistentRead)
			}
		}
	}
	return c
}

func units(bytes, chunk int) float64 { return max(1, math.Ceil(float64(bytes)/float64(chunk))) }

// bytesOf is the size of an item by "DynamoDB item sizes and formats" in the developer guide.
func bytesOf(i map[string]types.AttributeValue) int {
	all := 0
	for name, value := range i {
		all += len(name) + valueBytes(value)
	}
	return all
}

func valueBytes(value types.AttributeValue) int {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return (len(v.Value)+1)/2 + 1
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberL:
		all := 3
		for _, element := range v.Value {
			all += 1 + valueBytes(element)
		}
		return all
	default:
		return 1
	}
}

// jsonOf is a string of so many bytes, as JSON.
func jsonOf(bytes int) []byte {
	text := []byte(`{"x":"`)
	for len(text) < bytes-2 {
		text = append(text, 'x')
	}
	return append(text, `"}`...)
}

// TestCapacity holds the operations that package cost declares against what the adapters do, with items of which each takes
// a unit and with larger ones.
func TestCapacity(t *testing.T) {
	for name, bytes := range map[string]int{"small items": 500, "large items": 9000} {
		t.Run(name, func(t *testing.T) {
			set, m := counted(t)
			const more, little = 300, 100 // about what is around the data of a commit or an outcome, and of a row or a snapshot
			s := cost.Sizes{
				cost.Commit: bytes + more, cost.Stretch: 10 * (bytes + more), cost.Outcome: bytes + more,
				cost.Row: bytes + little, cost.Snapshot: bytes + little, cost.Small: little, cost.References: little,
			}
			l := larder{set, m, s, jsonOf(bytes)}
			t.Run("commits", l.commits)
			t.Run("feed", l.feed)
			t.Run("rows", l.rows)
			t.Run("others", l.others)
			for _, o := range cost.Operations() {
				if !m.held[o.Name] {
					t.Errorf("nothing holds %q against what it takes", o.Name)
				}
			}
		})
	}
}

// larder is tables with a meter, and the sizes of what is put there.
type larder struct {
	setup
	m    *meter
	s    cost.Sizes
	data []byte
}

func (l larder) draft(of es.StreamID, after es.Head) es.Draft {
	d := draft(of, after, 1)
	d.Events[0].Data = l.data
	return d
}

func (l larder) commits(t *testing.T) {
	ctx, events, leases, snapshots := t.Context(), l.events(), l.leases(), l.snapshots()
	long, head := stream("match"), es.Head{}
	for range 10 {
		d := l.draft(long, head)
		l.m.takes(t, cost.AppendCommit, l.s, func() error { return events.Append(ctx, d) })
		head = d.Commit().Head()
	}
	l.m.takes(t, cost.LoadStream, l.s, func() error {
		for _, err := range events.Load(ctx, long, 0) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	l.m.takes(t, cost.AppendTwo, l.s, func() error {
		return events.Append(ctx, l.draft(stream("user"), es.Head{}), l.draft(stream("email"), es.Head{}))
	})
	single := stream("single")
	var token uint64
	l.m.takes(t, cost.TakeLease, l.s, func() (err error) {
		token, err = leases.Acquire(ctx, string(single), instant, instant.Add(1))
		return err
	})
	l.m.takes(t, cost.AppendFenced, l.s, func() error { return events.Append(ctx, fenced(l.draft(single, es.Head{}), token)) })
	l.m.takes(t, cost.ReleaseLease, l.s, func() error { return leases.Release(ctx, string(single), token) })
	movable := l.events()
	movable.Moves = l.names.Leases
	l.m.takes(t, cost.AppendGated, l.s, func() error { return movable.Append(ctx, l.draft(stream("match"), es.Head{})) })
	fold := es.FoldID{Name: "match.Match", Fingerprint: "1"}
	l.m.takes(t, cost.SaveSnapshot, l.s, func() error {
		return snapshots.SaveSnapshot(ctx, fold, long, engine.Snapshot{Version: 1, State: l.data})
	})
	l.m.takes(t, cost.LoadSnapshot, l.s, func() error { _, err := snapshots.Snapshot(ctx, fold, long); return err })
}

func (l larder) feed(t *testing.T) {
	ctx, events, feed := t.Context(), l.events(), l.setup.feed()
	var commits []es.Commit
	for range 3 {
		d := l.draft(stream("match"), es.Head{})
		if err := events.Append(ctx, d); err != nil {
			t.Fatal(err)
		}
		commits = append(commits, d.Commit())
	}
	if err := feed.Append(ctx, commits[:1]); err != nil { // it knows its end from now on
		t.Fatal(err)
	}
	batch := cost.FeedBatch
	for range commits[1:] {
		batch.Takes = append(batch.Takes, cost.FeedStream.Takes...)
		l.m.held[cost.FeedStream.Name] = true
	}
	l.m.takes(t, batch, l.s, func() error { return feed.Append(ctx, commits[1:]) })
	directory := &dynamo.Directory{Client: l.client, Table: l.names.Directory}
	l.m.takes(t, cost.NoteStream, l.s, func() error { return directory.Note(ctx, commits[:1]) })
	l.m.takes(t, cost.FeedEnd, l.s, func() error { _, err := feed.End(ctx); return err })
	l.m.takes(t, cost.FeedRead, l.s, func() error { _, err := feed.Read(ctx, 0, 1); return err })
	l.m.takes(t, cost.FeedNothing, l.s, func() error { _, err := feed.Read(ctx, 3, 500); return err })
}

func (l larder) rows(t *testing.T) {
	ctx, views := t.Context(), &dynamo.Views{Client: l.client, Table: l.names.Views}
	id := string(stream("p"))
	row := func(version uint64, sort string) engine.Row {
		return engine.Row{Version: version, Doc: l.data, Keys: []es.Key{{Index: "i", Partition: id, Sort: sort}}}
	}
	save := func(was, now engine.Row) func() error {
		return func() error { return views.Save(ctx, "v", id, was, now) }
	}
	l.m.takes(t, cost.CreateRow, l.s, save(engine.Row{}, row(1, "a")))
	l.m.takes(t, cost.SaveRow, l.s, save(row(1, "a"), row(2, "a")))
	l.m.takes(t, cost.MoveRow, l.s, save(row(2, "a"), row(3, "b")))
	l.m.takes(t, cost.ReadRow, l.s, func() error { _, err := views.Row(ctx, "v", id); return err })
	l.m.takes(t, cost.ListRow, l.s, func() error {
		rows, err := views.List(ctx, "v", engine.Page{Index: "i", Partition: id, Limit: 2})
		if len(rows) != 1 {
			t.Errorf("listed %d rows, want 1", len(rows))
		}
		return err
	})
}

func (l larder) others(t *testing.T) {
	ctx := t.Context()
	generations := &dynamo.Generations{Client: l.client, Table: l.names.Views}
	l.m.takes(t, cost.ReadStanding, l.s, func() error { _, err := generations.Standing(ctx, "v"); return err })
	checkpoints := &dynamo.Checkpoints{Client: l.client, Table: l.names.Checkpoints}
	traces := &dynamo.Traces{Client: l.client, Table: l.names.Traces}
	connections := &dynamo.Connections{Client: l.client, Table: l.names.Connections}
	of := stream("match")
	l.m.takes(t, cost.ReadCheckpoint, l.s, func() error { _, err := checkpoints.Applied(ctx, "c", of); return err })
	l.m.takes(t, cost.Advance, l.s, func() error { return checkpoints.Advance(ctx, "c", of, 0, 1) })
	l.m.takes(t, cost.NoteOutcome, l.s, func() error {
		return traces.Note(ctx, string(of), []engine.Outcome{{Type: "Happened", TraceID: string(of), AggregateID: of, Version: 1, Payload: l.data}})
	})
	l.m.takes(t, cost.FindListeners, l.s, func() error { _, err := connections.OfTopic(ctx, engine.StreamTopic(of)); return err })
	if err := connections.Connect(ctx, engine.Connection{ID: string(of), User: string(of)}); err != nil {
		t.Fatal(err)
	}
	l.m.takes(t, cost.FindListeners, l.s, func() error { _, err := connections.OfUser(ctx, string(of)); return err })
	keys, person := &dynamo.Keys{Client: l.client, Table: l.names.Keys, DataKeys: wrapping{}}, []string{string(of)}
	making := cost.KeepKey
	making.Calls = cost.ReadKey.Calls + " " + making.Calls
	making.Takes = append(making.Takes, cost.ReadKey.Takes...)
	l.m.takes(t, making, l.s, func() error { _, err := keys.Keys(ctx, person, true); return err })
	l.m.takes(t, cost.ReadKey, l.s, func() error { _, err := keys.Keys(ctx, person, true); return err })
}
