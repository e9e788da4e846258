package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// ports are a call of each kind that reads or writes tables.
func ports(t *testing.T) map[string]func(context.Context, *dynamo.Feed) error {
	t.Helper()
	row := engine.Row{Version: 1, Doc: []byte(`{}`), Keys: []es.Key{{Index: "all", Partition: "all"}}}
	connection := engine.Connection{ID: "c", User: "u"}
	return map[string]func(context.Context, *dynamo.Feed) error{
		"load": func(ctx context.Context, f *dynamo.Feed) error {
			for _, err := range f.Events.Load(ctx, "match-1", 0) {
				return err
			}
			return nil
		},
		"tail": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := f.Events.Tail(ctx, "match-1", 1)
			return err
		},
		"append": func(ctx context.Context, f *dynamo.Feed) error {
			return f.Events.Append(ctx, draft("match-1", es.Head{}, 1))
		},
		"append several": func(ctx context.Context, f *dynamo.Feed) error {
			return f.Events.Append(ctx, draft("match-1", es.Head{}, 1), draft("match-2", es.Head{}, 1))
		},
		"read the feed": func(ctx context.Context, f *dynamo.Feed) error { _, err := f.Read(ctx, 0, 10); return err },
		"feed": func(ctx context.Context, f *dynamo.Feed) error {
			return f.Append(ctx, []es.Commit{draft("match-1", es.Head{}, 1).Commit()})
		},
		"row": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Views{Client: f.Client, Table: "views"}).Row(ctx, "matches", "1")
			return err
		},
		"save a row": func(ctx context.Context, f *dynamo.Feed) error {
			return (&dynamo.Views{Client: f.Client, Table: "views"}).Save(ctx, "matches", "1", engine.Row{}, row)
		},
		"list": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Views{Client: f.Client, Table: "views"}).List(ctx, "matches", engine.Page{Index: "all", Partition: "all", Limit: 1})
			return err
		},
		"checkpoint": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Checkpoints{Client: f.Client, Table: "checkpoints"}).Applied(ctx, "c", "match-1")
			return err
		},
		"advance": func(ctx context.Context, f *dynamo.Feed) error {
			return (&dynamo.Checkpoints{Client: f.Client, Table: "checkpoints"}).Advance(ctx, "c", "match-1", 0, 1)
		},
		"park": func(ctx context.Context, f *dynamo.Feed) error {
			return (&dynamo.ParkingLot{Client: f.Client, Table: "checkpoints"}).Park(ctx, engine.Parked{Consumer: "c", Stream: "match-1"})
		},
		"note": func(ctx context.Context, f *dynamo.Feed) error {
			return (&dynamo.Traces{Client: f.Client, Table: "traces"}).Note(ctx, "t", []engine.Outcome{{Type: "Drawn", AggregateID: "match-1"}})
		},
		"trace": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Traces{Client: f.Client, Table: "traces"}).Trace(ctx, "t")
			return err
		},
		"connect": func(ctx context.Context, f *dynamo.Feed) error {
			return (&dynamo.Connections{Client: f.Client, Table: "connections"}).Connect(ctx, connection)
		},
		"connections": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Connections{Client: f.Client, Table: "connections"}).OfUser(ctx, "u")
			return err
		},
		"lease": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Leases{Client: f.Client, Table: "leases"}).Acquire(ctx, "room-1", instant, instant.Add(time.Second))
			return err
		},
		"snapshot": func(ctx context.Context, f *dynamo.Feed) error {
			_, err := (&dynamo.Snapshots{Client: f.Client, Table: "snapshots"}).Snapshot(ctx, es.FoldID{Name: "f"}, "match-1")
			return err
		},
		"save a snapshot": func(ctx context.Context, f *dynamo.Feed) error {
			s := engine.Snapshot{Version: 1, State: []byte(`{}`)}
			return (&dynamo.Snapshots{Client: f.Client, Table: "snapshots"}).SaveSnapshot(ctx, es.FoldID{Name: "f"}, "match-1", s)
		},
	}
}

// TestEveryPortIsBusyWhenThrottled: commands answer 503 by it, and consumers have the message come again.
func TestEveryPortIsBusyWhenThrottled(t *testing.T) {
	for name, call := range ports(t) {
		for code, a := range map[string]answer{
			"ThrottlingException": refusal("ThrottlingException", nil), "TransactionInProgressException": refusal("TransactionInProgressException", nil),
			"InternalServerError": {500, map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}},
		} {
			if code == "TransactionInProgressException" && !strings.Contains(name, "several") {
				continue // it refuses transactions only
			}
			t.Run(name+": "+code, func(t *testing.T) {
				t.Parallel()
				_, client := newFake(t, func(string, int, map[string]any) answer { return a })
				feed := &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
				if err := call(t.Context(), feed); !errors.Is(err, engine.ErrBusy) {
					t.Errorf("got error %v, want %v", err, engine.ErrBusy)
				}
			})
		}
	}
}

// TestNoItemIsWhatDynamoDBRefuses looks at all that is written: DynamoDB takes no empty keys and no empty sets.
func TestNoItemIsWhatDynamoDBRefuses(t *testing.T) {
	for name, call := range ports(t) {
		_, client := newFake(t, func(operation string, _ int, input map[string]any) answer {
			noEmpties(t, name+": "+operation, input)
			return answer{}
		})
		feed := &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
		if err := call(t.Context(), feed); err != nil && name != "lease" { // which reads its token from the answer
			t.Errorf("%s: %v", name, err)
		}
	}
}

var keys = map[string]bool{
	"pk": true, "sk": true, "aggregateId": true, "consumer": true, "traceId": true, "lease": true, "fold": true,
}

func noEmpties(t *testing.T, at string, value any) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if attribute, ok := inner.(map[string]any); ok && keys[name] && attribute["S"] == "" {
				t.Errorf("%s: the key %s is empty", at, name)
			}
			if name == "SS" || name == "NS" || name == "BS" {
				t.Errorf("%s: a set, which must not become empty", at)
			}
			noEmpties(t, at+"."+name, inner)
		}
	case []any:
		for _, inner := range v {
			noEmpties(t, at, inner)
		}
	}
}

// TestPagesWithoutItems: a page may have no items, and more may follow: a filter has left them out, or the megabyte was
// full of other things.
func TestPagesWithoutItems(t *testing.T) {
	c := draft("match-1", es.Head{}, 1).Commit()
	key := map[string]any{"aggregateId": s(string(c.Stream)), "version": n(0), "pk": s("p"), "sk": s("a")}
	empty := answer{body: map[string]any{"Items": []any{}, "Count": 0, "ScannedCount": 4000, "LastEvaluatedKey": key}}
	paged := func(last ...any) (*fake, *dynamo.Feed) {
		f, client := newFake(t, func(operation string, call int, _ map[string]any) answer {
			switch {
			case operation == "BatchGetItem":
				return answer{body: map[string]any{"Responses": map[string]any{}}}
			case call < 3:
				return empty
			default:
				return answer{body: map[string]any{"Items": last}}
			}
		})
		return f, &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
	}
	t.Run("of a stream", func(t *testing.T) {
		_, feed := paged(wire(c))
		var got []es.Commit
		for c, err := range feed.Events.Load(t.Context(), "match-1", 0) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, c)
		}
		same(t, "the stream", got, []es.Commit{c})
	})
	t.Run("of a sweep's scan, by its filter", func(t *testing.T) {
		quiet(t)
		published := &recorder{}
		f, feed := paged(map[string]any{"aggregateId": s("match-1"), "version": n(1), "count": n(1)})
		reply := f.reply
		f.reply = func(operation string, call int, input map[string]any) answer {
			switch operation {
			case "Query":
				return answer{body: map[string]any{"Items": []any{wire(c)}}}
			case "Scan", "BatchGetItem":
				return reply(operation, call, input)
			default:
				return answer{}
			}
		}
		behind, err := (&dynamo.Sweeper{Feed: feed, Publisher: published}).Sweep(t.Context(), instant, instant)
		if err != nil || behind != 1 {
			t.Fatalf("%d streams were behind, error %v", behind, err)
		}
		same(t, "what is published", published.published, []es.Commit{c})
	})
	t.Run("of a list", func(t *testing.T) {
		f, feed := paged()
		views := &dynamo.Views{Client: feed.Client, Table: "views"}
		if _, err := views.List(t.Context(), "matches", engine.Page{Index: "all", Partition: "all", Limit: 10}); err != nil {
			t.Fatal(err)
		}
		same(t, "the calls", f.made(), "Query Query Query Query")
	})
}

// TestLargeRowsAreFaults: what DynamoDB refuses whenever it is tried is refused before.
func TestLargeRowsAreFaults(t *testing.T) {
	f, client := newFake(t, func(string, int, map[string]any) answer { return answer{} })
	views := &dynamo.Views{Client: client, Table: "views"}
	text := func(n int) []byte { return []byte(`"` + strings.Repeat("x", n-2) + `"`) }
	place := func(partition, sort int) []es.Key {
		return []es.Key{{Index: "all", Partition: strings.Repeat("p", partition), Sort: strings.Repeat("s", sort)}}
	}
	for name, test := range map[string]struct {
		row  engine.Row
		fits bool
	}{
		"390 KB":                       {engine.Row{Version: 1, Doc: text(390 << 10)}, true},
		"a byte more":                  {engine.Row{Version: 1, Doc: text(390<<10 + 1)}, false},
		"with places":                  {engine.Row{Version: 1, Doc: text(390<<10 - 100), Keys: place(200, 10)}, false},
		"a long place":                 {engine.Row{Version: 1, Keys: place(2000, 1000)}, true},
		"a place too long for an item": {engine.Row{Version: 1, Keys: place(10, 1023)}, false},
		"a partition too long":         {engine.Row{Version: 1, Keys: place(2040, 10)}, false},
	} {
		before := f.made()
		err := views.Save(t.Context(), "matches", "1", engine.Row{}, test.row)
		var fault *es.Fault
		switch {
		case test.fits && err != nil:
			t.Errorf("%s: %v", name, err)
		case !test.fits && (!errors.Is(err, engine.ErrTooLarge) || !errors.As(err, &fault) || f.made() != before):
			t.Errorf("%s: got error %v after the calls %q, want a fault for its size", name, err, f.made())
		}
	}
}

// records are those of DynamoDB's documentation: an item that its time to live has removed, one that an operator has changed,
// and one that was put.
const records = `{"Records":[
{"eventID":"1","eventName":"REMOVE","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-west-2",
 "userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},
 "dynamodb":{"ApproximateCreationDateTime":1.69E9,"Keys":{"aggregateId":{"S":"match-0"},"version":{"N":"1"}},"SequenceNumber":"4421584500000000017450439091","SizeBytes":38,"StreamViewType":"NEW_IMAGE"}},
{"eventID":"2","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-west-2",
 "dynamodb":{"Keys":{"aggregateId":{"S":"match-0"},"version":{"N":"1"}},"NewImage":{"aggregateId":{"S":"match-0"},"version":{"N":"1"},"flags":{"SS":["a"]}},"SequenceNumber":"4421584500000000017450439092","SizeBytes":59,"StreamViewType":"NEW_IMAGE"}},
{"eventID":"3","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-west-2",
 "dynamodb":{"Keys":{"aggregateId":{"S":"match-1"},"version":{"N":"1"}},"NewImage":%s,"SequenceNumber":"4421584500000000017450439093","SizeBytes":259,"StreamViewType":"NEW_IMAGE"}}]}`

func TestRelayTakesWhatIsPutAlone(t *testing.T) {
	c := draft("match-1", es.Head{}, 1).Commit()
	image, err := json.Marshal(wire(c))
	if err != nil {
		t.Fatal(err)
	}
	var batch events.DynamoDBEvent
	if err := json.Unmarshal(fmt.Appendf(nil, records, image), &batch); err != nil {
		t.Fatal(err)
	}
	_, client := newFake(t, func(string, int, map[string]any) answer { return answer{} })
	published := &recorder{}
	relay := &dynamo.Relay{Feed: &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}, Publisher: published}
	same(t, "the failures", handle(t, relay, batch), nil)
	same(t, "what is published", published.published, []es.Commit{c})
}

// busyPublisher is busy until a time, and tells how often it was asked.
type busyPublisher struct {
	mu    sync.Mutex
	until time.Time
	asked int
}

func (p *busyPublisher) Publish(context.Context, []es.Commit) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked++; time.Now().Before(p.until) {
		return fmt.Errorf("publish: %w", engine.ErrBusy)
	}
	return nil
}

// TestRelayInsists: Lambda gives a batch up after some failures, however quickly they came; so the relay does not fail at
// once when it has only to wait.
func TestRelayInsists(t *testing.T) {
	quiet(t)
	_, client := newFake(t, func(string, int, map[string]any) answer { return answer{} })
	feed := &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
	c := draft("match-1", es.Head{}, 1).Commit()
	for name, test := range map[string]struct {
		busy time.Duration
		want int // failures
	}{"it passes": {300 * time.Millisecond, 0}, "it does not": {time.Hour, 1}} {
		t.Run(name, func(t *testing.T) {
			publisher := &busyPublisher{until: time.Now().Add(test.busy)}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			response, err := (&dynamo.Relay{Feed: feed, Publisher: publisher}).Handle(ctx, inserted(t, c))
			if err != nil || len(response.BatchItemFailures) != test.want || publisher.asked < 2 {
				t.Errorf("got %+v, error %v, after %d calls", response, err, publisher.asked)
			}
		})
	}
}
