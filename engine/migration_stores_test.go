package engine_test

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

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

func (s *store) phase() engine.MovePhase {
	s.gate.RLock()
	defer s.gate.RUnlock()
	return s.moves.Phase
}

func (s *store) SetMove(_ context.Context, was, now engine.Move) error {
	if err := s.broken(); err != nil {
		return err
	}
	s.gate.Lock()
	stale := s.moves.Changes != was.Changes
	if !stale {
		now.Changes = was.Changes + 1
		s.moves = now
	}
	s.gate.Unlock()
	if stale {
		return engine.ErrStale
	}
	return s.broken()
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
