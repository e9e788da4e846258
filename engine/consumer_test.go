package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

type tally struct {
	Sum  int   `json:"sum"`
	Seen []int `json:"seen"`
}

// tallies breaks on 13: it is what a view's bug looks like.
var tallies = es.Project("tallies", es.Upon(counters, func(t tally, e added, m es.Meta) tally {
	if e.N == 13 {
		panic("unlucky")
	}
	return tally{t.Sum + e.N, append(t.Seen[:len(t.Seen):len(t.Seen)], int(m.Version))}
})).IndexedBy("sum", func(t tally) []es.Key {
	if t.Sum > 5 {
		return []es.Key{{Partition: "high", Sort: "x"}}
	}
	return nil
})

func fill(t testing.TB, m *memory, stream es.StreamID, ns ...int) []es.Commit {
	t.Helper()
	var head es.Head
	for _, n := range ns {
		recorded, err := counters.Record([]es.Event[counter]{added{n}})
		if err != nil {
			t.Fatal(err)
		}
		d := es.Draft{Stream: stream, After: head, Events: recorded, Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID()}}
		if err := m.Append(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		head = d.Commit().Head()
	}
	return m.streams[stream]
}

func projector(m *memory) *engine.Consumer {
	return &engine.Consumer{Name: "tallies", Store: m, Lot: m, Handler: &engine.Projector{View: tallies.ViewDecl, Views: m}}
}

func shown(t testing.TB, m *memory, id string) (tally, uint64) {
	t.Helper()
	row := m.rows["tallies "+id]
	var got tally
	if len(row.Doc) > 0 {
		if err := es.Decode(row.Doc, &got); err != nil {
			t.Fatal(err)
		}
	}
	return got, row.Version
}

// TestDeliveryInAnyOrder delivers what may come of a queue: parts, twice, out of order, and with gaps.
func TestDeliveryInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMemory()
		commits := fill(t, m, "counter-c", 1, 2, 3, 1, 2)
		p := projector(m)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(commits)-1), 0, 12).Draw(rt, "deliveries") {
			upTo := rapid.IntRange(i+1, len(commits)).Draw(rt, "to")
			if err := p.Deliver(context.Background(), "counter-c", commits[i:upTo], 1); err != nil {
				rt.Fatal(err)
			}
		}
		if err := p.Deliver(context.Background(), "counter-c", commits[len(commits)-1:], 1); err != nil {
			rt.Fatal(err)
		}
		got, version := shown(t, m, "c")
		if diff := cmp.Diff(tally{9, []int{1, 2, 3, 4, 5}}, got); diff != "" || version != 5 {
			rt.Fatalf("version %d, (-want +got):\n%s", version, diff)
		}
		if keys := m.rows["tallies c"].Keys; len(keys) != 1 || keys[0].Index != "sum" {
			rt.Fatalf("indexed under %v", keys)
		}
	})
}

func TestPoison(t *testing.T) {
	ctx := context.Background()
	m := newMemory()
	bad := fill(t, m, "counter-bad", 1, 13, 2)
	good := fill(t, m, "counter-good", 1, 2)
	p := projector(m)

	for i, c := range bad {
		if err := p.Deliver(ctx, c.Stream, []es.Commit{c}, 1); err != nil {
			t.Fatalf("delivery %d: a poison event must be parked, not come again: %v", i, err)
		}
	}
	if err := p.Deliver(ctx, "counter-good", good, 1); err != nil {
		t.Fatal(err)
	}

	t.Run("parks its stream at its version", func(t *testing.T) {
		parked := m.parked["tallies counter-bad"]
		if len(m.parked) != 1 || parked.Version != 2 || parked.Error == "" {
			t.Fatalf("parked: %+v", m.parked)
		}
		if got, version := shown(t, m, "bad"); version != 1 || got.Sum != 1 {
			t.Fatalf("the row shows version %d, %+v: what came before the poison must stand, and nothing behind it", version, got)
		}
	})
	t.Run("leaves other streams alone", func(t *testing.T) {
		if _, version := shown(t, m, "good"); version != 2 {
			t.Fatalf("version %d, want 2", version)
		}
	})
	t.Run("is parked again by a retry while it is not mended", func(t *testing.T) {
		again, err := p.Retry(ctx, "counter-bad")
		if err != nil || again == nil || again.Version != 2 {
			t.Fatalf("got %+v, %v", again, err)
		}
	})
	t.Run("is skipped at its own version only", func(t *testing.T) {
		if _, err := p.Skip(ctx, "counter-bad", 3); err == nil {
			t.Fatal("another version was skipped")
		}
		if again, err := p.Skip(ctx, "counter-bad", 2); err != nil || again != nil {
			t.Fatalf("got %+v, %v", again, err)
		}
		if got, version := shown(t, m, "bad"); version != 3 || got.Sum != 3 || len(m.parked) != 0 {
			t.Fatalf("version %d, %+v, parked %v", version, got, m.parked)
		}
	})
}

func TestPassingFailure(t *testing.T) {
	ctx := context.Background()
	m := newMemory()
	commits := fill(t, m, "counter-c", 1)
	trouble := errors.New("the mail server is away")
	saga := es.NewSaga("mails", es.React(counters, func(added, es.Meta) []es.Act {
		return []es.Act{es.Post(es.Mail{To: "u1"})}
	})).MailsTo(es.AddressesFrom(counters, func(counter) string { return "u1@example.com" }))
	mailer := &mails{err: trouble}
	c := (&engine.Saga{Decl: saga, Commands: commands(t, m), Mailer: mailer}).Consumer(m, m)

	for attempt := 1; attempt < 5; attempt++ {
		if err := c.Deliver(ctx, "counter-c", commits, attempt); !errors.Is(err, trouble) {
			t.Fatalf("attempt %d gave %v, want the failure, so that it is delivered again", attempt, err)
		}
	}
	if len(m.parked) != 0 {
		t.Fatal("parked too early")
	}
	if err := c.Deliver(ctx, "counter-c", commits, 5); err != nil || len(m.parked) != 1 {
		t.Fatalf("%v, parked %v", err, m.parked)
	}
	mailer.err = nil
	if again, err := c.Retry(ctx, "counter-c"); err != nil || again != nil || len(m.parked) != 0 {
		t.Fatalf("retry: %+v, %v, parked %v", again, err, m.parked)
	}
	if len(mailer.sent) != 1 {
		t.Fatalf("sent %v", mailer.sent)
	}
}

type mails struct {
	err  error
	sent map[string]string
}

func (m *mails) Mail(_ context.Context, id, address string, _ es.Mail) error {
	if m.err == nil {
		if m.sent == nil {
			m.sent = map[string]string{}
		}
		m.sent[id] = address
	}
	return m.err
}
