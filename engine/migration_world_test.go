package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// tallySum is what a saga makes of counters.
type tallySum struct{ Sum, Reminders int }

type tallied struct {
	N int `json:"n"`
}

func (e tallied) Evolve(t tallySum) tallySum { return tallySum{t.Sum + e.N, t.Reminders} }

type reminded struct{}

func (reminded) Evolve(t tallySum) tallySum { return tallySum{t.Sum, t.Reminders + 1} }

type doTallyN struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

func (c doTallyN) Stream() string { return c.ID }
func (doTallyN) Validate() error  { return nil }
func (c doTallyN) Decide(tallySum, es.Env) ([]es.Event[tallySum], error) {
	return []es.Event[tallySum]{tallied{c.N}}, nil
}

type doRemind struct {
	ID string `json:"id"`
}

func (c doRemind) Stream() string { return c.ID }
func (doRemind) Validate() error  { return nil }
func (doRemind) Decide(tallySum, es.Env) ([]es.Event[tallySum], error) {
	return []es.Event[tallySum]{reminded{}}, nil
}

type sums struct {
	Sum  int `json:"sum"`
	Adds int `json:"adds"`
}

var (
	tallyFold  = es.Of("tally", es.On[tallied]("Tallied"), es.On[reminded]("Reminded"))
	doTally    = es.Internal[doTallyN](tallyFold, "tally")
	doReminder = es.Internal[doRemind](tallyFold, "remind")

	sumView = es.Project("sums", es.Upon(counters, func(s sums, e added, _ es.Meta) sums { return sums{s.Sum + e.N, s.Adds + 1} }))

	tallying = es.NewSaga(
		"tallying",
		es.React(counters, func(e added, m es.Meta) []es.Act {
			return []es.Act{
				es.Send(doTally, doTallyN{m.Stream.ID(), e.N}),
				es.Send(doReminder, doRemind{m.Stream.ID()}).At(m.Time.Add(time.Hour)),
			}
		}),
		es.React(tallyFold, func(e tallied, m es.Meta) []es.Act {
			return []es.Act{es.Post(es.Mail{Address: "x@example.com", Text: fmt.Sprintf("%s@%d got %d", m.Stream, m.Version, e.N)})}
		}),
	).PostsMails().SetsTimers()

	migrated = es.NewApp(es.Context{
		Name: "counting", Aggregates: []es.Folder{counters, tallyFold}, Commands: []*es.CommandDecl{doAdd, doName, doUnname, doTally, doReminder},
		Views: []*es.ViewDecl{sumView.ViewDecl}, Sagas: []*es.Saga{tallying},
	})

	// halved says everything in two events, and leaves what names are given out of the counters' streams.
	halved = es.NewRewrite(
		"halved", "Nothing is added at once.",
		es.Split("counter", "Added", "in two", func(p es.Past) ([]es.Recorded, error) {
			var e added
			if err := es.Decode(p.Data, &e); err != nil {
				return nil, err
			}
			half := func(n int) es.Recorded { return es.Recorded{Type: "Added", Data: fmt.Appendf(nil, `{"n":%d}`, n)} }
			return []es.Recorded{half(e.N / 2), half(e.N - e.N/2)}, nil
		}),
		es.Drop("counter", "Named"), es.Drop("counter", "Unnamed"),
	).Differing("sums", "adds")
)

// posted is every mail that was posted, by any store, and how often.
type posted struct {
	mu  sync.Mutex
	all map[string]int
}

func (p *posted) Mail(_ context.Context, _, _ string, m es.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[m.Text]++
	return nil
}

var adaSelf = es.Identity{User: "ada", Roles: []string{es.RoleWrite, es.RoleRead}}

// migrating is a migration between two stores.
type migrating struct {
	blue, green *store
	mails       *posted
	now         time.Time
	*engine.Migration
}

func newMigrating(t testing.TB) *migrating {
	m := &migrating{mails: &posted{all: map[string]int{}}, now: noon}
	world := engine.World{Now: func() time.Time { return m.now }}
	m.blue, m.green = newStore(t, "blue", m.mails, world), newStore(t, "green", m.mails, world)
	m.Migration = &engine.Migration{
		Rewrite: halved, Blue: m.blue.place, Green: m.green.place, URL: "http://green.example",
		Bound: time.Nanosecond, Patience: 30 * time.Second,
	}
	m.Progress = func(engine.Migrating) { m.green.calmly(m.green.work) }
	return m
}

// history is what happens before a migration: some of it has no effects, and some timers are set.
func (m *migrating) history() {
	m.blue.t.Helper()
	for i, n := range []int{3, 1, 2} {
		if err := m.blue.request(fmt.Sprint("command-", i), fmt.Sprint("c", i%2), n); err != nil {
			m.blue.t.Fatal(err)
		}
	}
	name := engine.Request{Decl: doName, Command: name{"c0", "one"}, ID: "command-name", TraceID: "trace-name", Invoker: adaSelf}
	if _, err := m.blue.x.Execute(context.Background(), name); err != nil {
		m.blue.t.Fatal(err)
	}
	m.blue.work()
	m.now = m.now.Add(time.Minute)
}

// phases are all of a migration, in order.
func (m *migrating) phases() []func(context.Context) error {
	return []func(context.Context) error{
		m.Start,
		func(ctx context.Context) error { _, err := m.Compare(ctx, false); return err },
		m.CutReads, m.StopWrites, m.CatchUp,
		func(ctx context.Context) error { _, err := m.CutWrites(ctx); return err },
		m.Destroy,
	}
}
