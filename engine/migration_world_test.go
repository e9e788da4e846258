package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
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

// store is a store that can move, with who works on it.
type store struct {
	*memory
	engine.Books     // nothing but Fed is asked for
	engine.Inventory // nor anything but Stored
	t                testing.TB
	gate             sync.RWMutex
	moves            engine.Move
	place            *engine.Place
	x                *engine.Commands
	out              *engine.Errands
	held             int // commits at the end that the feed does not have yet
}

func newStore(t testing.TB, name string, mails *posted, world engine.World) *store {
	s := &store{memory: newMemory(), t: t}
	s.x = &engine.Commands{Store: s, World: world, Leases: s, Inbox: s}
	gate := &engine.Gate{Moves: s, Bound: time.Nanosecond}
	s.out = &engine.Errands{Commands: s.x, Find: migrated.Command, Gate: gate}
	s.place = &engine.Place{
		Name: name, Moves: s, Importer: s, Inbox: func(context.Context) (uint64, error) { return 0, nil },
		Installation: &engine.Installation{
			App: migrated, Commands: s.x, Stored: s, Feed: s, Views: s, Generations: s, Checkpoints: s, Lot: s, Timers: s, Mailer: mails,
			Agenda: s, World: world, Inventory: s, Books: s,
		},
	}
	return s
}

func (s *store) Append(ctx context.Context, drafts ...es.Draft) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if err := s.moves.Writes().Admits(drafts); err != nil {
		return err
	}
	return s.memory.Append(ctx, drafts...)
}

func (s *store) End(context.Context) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint64(len(s.order) - s.held), nil
}

func (s *store) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	page, err := s.memory.Read(ctx, after, limit)
	end, _ := s.End(ctx)
	return slices.DeleteFunc(page, func(c es.Positioned) bool { return c.Position > end }), err
}

func (s *store) Stored(context.Context) iter.Seq2[engine.Stored, error] {
	return func(yield func(engine.Stored, error) bool) {
		for _, c := range s.all() {
			if !yield(engine.Stored{Stream: c.Stream, Version: c.Version, Last: c.Last()}, nil) {
				return
			}
		}
	}
}

func (s *store) Fed(_ context.Context, stream es.StreamID) (last uint64, err error) {
	all := s.all()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range all[:len(all)-s.held] {
		if c.Stream == stream {
			last = c.Last()
		}
	}
	return last, nil
}

// hold has the feed lack the last commits, or no more.
func (s *store) hold(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = n
}

func (s *store) all() []es.Commit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

func (s *store) Move(context.Context) (engine.Move, error) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	return s.moves, nil
}

func (s *store) SetMove(_ context.Context, was, now engine.Move) error {
	s.gate.Lock()
	defer s.gate.Unlock()
	return s.write(func() error {
		if s.moves.Changes != was.Changes {
			return engine.ErrStale
		}
		now.Changes = was.Changes + 1
		s.moves = now
		return nil
	})
}

func (s *store) Upcoming(context.Context, string, int) (engine.Upcoming, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var page engine.Upcoming
	for _, id := range slices.Sorted(maps.Keys(s.timers)) {
		page.Errands = append(page.Errands, s.timers[id])
	}
	return page, nil
}

// work has consumers deal with all that there is, and timers fire that are due, until nothing happens any more.
func (s *store) work() {
	s.t.Helper()
	for range 50 {
		s.mu.Lock()
		before, streams := len(s.order), maps.Clone(s.streams)
		s.mu.Unlock()
		for _, c := range s.place.Consumers() {
			for _, stream := range slices.Sorted(maps.Keys(streams)) {
				if c.Name == "sums" && stream.Category() != "counter" || c.Name == "tallying" && stream.Category() != "counter" && stream.Category() != "tally" {
					continue
				}
				if err := c.Deliver(context.Background(), stream, streams[stream], 1); err != nil && !errors.Is(err, engine.ErrMoving) && !errors.Is(err, engine.ErrStale) {
					s.t.Fatal(err)
				}
			}
		}
		for _, e := range s.due(s.x.World.Time()) {
			switch err := s.out.Run(context.Background(), e, 1); {
			case err == nil:
				s.mu.Lock()
				delete(s.timers, e.ID)
				s.mu.Unlock()
			case !errors.Is(err, engine.ErrMoving):
				s.t.Fatal(err)
			}
		}
		s.mu.Lock()
		rests := len(s.order) == before
		s.mu.Unlock()
		if rests {
			return
		}
	}
	s.t.Fatal("it never rests")
}

var adaSelf = es.Identity{User: "ada", Roles: []string{es.RoleWrite, es.RoleRead}}

// calmly does something without crashes.
func (s *store) calmly(do func()) {
	breaks := s.breaks
	s.breaks = nil
	do()
	s.breaks = breaks
}

// request adds to a counter. The id is that of the command.
func (s *store) request(id, counter string, n int) error {
	_, err := s.x.Execute(context.Background(), engine.Request{Decl: doAdd, Command: add{counter, n}, ID: id, TraceID: "trace-" + id, Invoker: adaSelf})
	return err
}

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
