package contract

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Moving is an [engine.Moves] beside the store that goes by it.
type Moving struct {
	Moves    engine.Moves
	Store    engine.EventStore
	Importer engine.Importer
	Leases   engine.Leases
}

// Moves tests an [engine.Moves]. Nobody else may use the store of a subtest.
func Moves(t *testing.T, open func(t *testing.T) Moving) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Moving)
	}{
		{"a store that nobody moves has no move", moveNone},
		{"a move comes back as it was set", moveRoundTrip},
		{"a move that has changed meanwhile stays", moveStale},
		{"of those who change it at the same time one wins", moveRace},
		{"who may append follows the phase", moveAdmits},
		{"what is copied is not refused", moveCopies},
		{"nothing is appended behind the moment at which writes are closed", moveCloses},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func (m Moving) read(t *testing.T) engine.Move {
	t.Helper()
	now, err := m.Moves.Move(t.Context())
	try(t, "read the move", err)
	return now
}

func (m Moving) set(t *testing.T, phase engine.MovePhase) {
	t.Helper()
	try(t, "set the move", patiently(func() error {
		return m.Moves.SetMove(t.Context(), m.read(t), engine.Move{Phase: phase})
	}))
}

func moveNone(t *testing.T, m Moving) { same(t, "the move", m.read(t), engine.Move{}) }

func moveRoundTrip(t *testing.T, m Moving) {
	was := m.read(t)
	for _, now := range []engine.Move{
		{Rewrite: "leaner", Phase: engine.MoveCopying, Other: unicode, URL: "https://green.example/a?b=c"},
		{Phase: engine.MoveLive, From: 1 << 52},
		{},
	} {
		try(t, "set a move", m.Moves.SetMove(t.Context(), was, now))
		now.Changes = was.Changes + 1
		was = m.read(t)
		same(t, "the move", was, now)
	}
}

func moveStale(t *testing.T, m Moving) {
	first := m.read(t)
	try(t, "set a move", m.Moves.SetMove(t.Context(), first, engine.Move{Phase: engine.MoveCopying}))
	fails(t, "set it where it was", m.Moves.SetMove(t.Context(), first, engine.Move{Phase: engine.MoveStopped}), engine.ErrStale)
	ahead := engine.Move{Phase: engine.MoveCopying, Changes: 2}
	fails(t, "set it where it will be", m.Moves.SetMove(t.Context(), ahead, engine.Move{Phase: engine.MoveStopped}), engine.ErrStale)
	same(t, "the move", m.read(t), engine.Move{Phase: engine.MoveCopying, Changes: 1})
}

func moveRace(t *testing.T, m Moving) {
	was, winner := m.read(t), -1
	for i, err := range together(t.Context(), 8, func(ctx context.Context, i int) error {
		return patiently(func() error { return m.Moves.SetMove(ctx, was, engine.Move{From: uint64(i + 1)}) })
	}) {
		switch {
		case err == nil && winner >= 0:
			t.Fatalf("both %d and %d have won", winner, i)
		case err == nil:
			winner = i
		case !errors.Is(err, engine.ErrStale):
			t.Fatal(err)
		}
	}
	if winner >= 0 { // of a remote store the answer to the winner may have been lost
		same(t, "the move", m.read(t), engine.Move{From: uint64(winner + 1), Changes: 1})
	}
}

// appends appends one commit to a stream of its own.
func (m Moving) appends(ctx context.Context, stream es.StreamID, origin es.Origin, token uint64) error {
	origin.CommandID, origin.TraceID, origin.Time = uuid.NewString(), uuid.NewString(), time.Now().UTC().Truncate(time.Millisecond)
	return patiently(func() error {
		return m.Store.Append(ctx, es.Draft{Stream: stream, Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}, Origin: origin, Token: token})
	})
}

func moveAdmits(t *testing.T, m Moving) {
	for phase, want := range map[engine.MovePhase]engine.Writes{
		engine.MoveNone: engine.WritesOpen, engine.MoveCopying: engine.WritesOpen, engine.MoveCompared: engine.WritesOpen,
		engine.MoveReadsCut: engine.WritesOpen, engine.MoveStopping: engine.WritesDraining, engine.MoveStopped: engine.WritesClosed,
		engine.MoveCaughtUp: engine.WritesClosed, engine.MoveWritesCut: engine.WritesClosed, engine.MoveDestroyed: engine.WritesClosed,
		engine.MoveFilling: engine.WritesClosed, engine.MoveLive: engine.WritesOpen, engine.MoveDivorced: engine.WritesClosed,
	} {
		t.Run("phase "+string(phase), func(t *testing.T) {
			m.set(t, phase)
			single := es.StreamID("contract-" + uuid.NewString())
			now := time.Now()
			token, err := m.Leases.Acquire(t.Context(), string(single), now, now.Add(time.Minute))
			try(t, "take a lease", err)
			for what, c := range map[string]struct {
				err  error
				most engine.Writes
			}{
				"a request":          {m.appends(t.Context(), es.StreamID("contract-"+uuid.NewString()), es.Origin{}, 0), engine.WritesOpen},
				"a saga":             {m.appends(t.Context(), es.StreamID("contract-"+uuid.NewString()), es.Origin{CausationID: "other-1@1"}, 0), engine.WritesDraining},
				"a single writer":    {m.appends(t.Context(), single, es.Origin{}, token), engine.WritesDraining},
				"a refusal's record": {m.appends(t.Context(), es.NewStreamID(es.SagaStreams.Category(), uuid.NewString()), es.Origin{}, 0), engine.WritesDraining},
			} {
				if want <= c.most {
					try(t, "append of "+what, c.err)
				} else {
					fails(t, "append of "+what, c.err, engine.ErrMoving)
				}
			}
		})
	}
}

func moveCopies(t *testing.T, m Moving) {
	m.set(t, engine.MoveFilling)
	stream := es.StreamID("contract-" + uuid.NewString())
	draft := es.Draft{Stream: stream, Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}}, Origin: es.Origin{CommandID: "c", TraceID: "t", Time: time.Now()}}
	try(t, "copy", patiently(func() error { return m.Importer.Copy(t.Context(), "source-"+uuid.NewString(), 0, 1, draft) }))
	tail, err := m.Store.Tail(t.Context(), stream, 1)
	try(t, "read it", err)
	same(t, "commits", len(tail), 1)
}

// moveCloses has many append while writes are closed. What is read behind that is all that there will be.
func moveCloses(t *testing.T, m Moving) {
	const writers = 8
	var streams []es.StreamID
	for range writers {
		streams = append(streams, es.StreamID("contract-"+uuid.NewString()))
	}
	begun := make(chan struct{}, writers)
	all, writing := errgroup.WithContext(t.Context())
	for _, stream := range streams {
		all.Go(func() error {
			var head es.Head
			for n := 0; ; n++ {
				d := es.Draft{
					Stream: stream, After: head, Events: []es.Recorded{{Type: "Happened", Data: []byte(`{}`)}},
					Origin: es.Origin{CommandID: uuid.NewString(), TraceID: "t", Time: time.Now()},
				}
				if err := patiently(func() error { return m.Store.Append(t.Context(), d) }); errors.Is(err, engine.ErrMoving) {
					return nil
				} else if err != nil {
					return err
				}
				if head = d.Commit().Head(); n == 2 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range writers {
		select {
		case <-begun:
		case <-writing.Done():
			t.Fatal(all.Wait())
		}
	}
	m.set(t, engine.MoveStopped)
	count := func() (n uint64) {
		for _, stream := range streams {
			tail, err := m.Store.Tail(t.Context(), stream, 1)
			try(t, "read the end of a stream", err)
			n += tail[0].Last()
		}
		return n
	}
	closed := count()
	try(t, "write until nobody may", all.Wait())
	same(t, "events behind the close", count(), closed)
}
