package engine

import (
	"context"
	"errors"
	"iter"

	"github.com/foldstream/foldstream/es"
)

// Opener opens commits that come on another way than from the store.
type Opener interface {
	Open(ctx context.Context, commits []es.Commit) ([]es.Commit, error)
}

// Store gives an event store in which what is personal is sealed, and opened when it is read.
func (s *Seals) Store(sealed EventStore) EventStore {
	if s == nil {
		return sealed
	}
	return sealedStore{s, sealed}
}

// Feed gives a feed from which what is sealed comes opened.
func (s *Seals) Feed(sealed Feed) Feed {
	if s == nil {
		return sealed
	}
	return sealedFeed{s, sealed}
}

// Log does so for a log.
func (s *Seals) Log(sealed Log) Log {
	if s == nil {
		return sealed
	}
	return sealedLog{s, sealed}
}

// Traces gives traces whose outcomes come opened. They are noted as they are in the store.
func (s *Seals) Traces(sealed Traces) Traces {
	if s == nil {
		return sealed
	}
	return sealedTraces{s, sealed}
}

type sealedStore struct {
	*Seals
	store EventStore
}

var _ Opener = sealedStore{}

// openAtOnce is how many commits of a stream are opened together, so that the keys for them are asked for at once.
const openAtOnce = 64

// Load implements [Loader].
func (s sealedStore) Load(ctx context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		var waiting []es.Commit
		give := func() bool {
			all, err := s.Open(ctx, waiting)
			if err != nil {
				yield(es.Commit{}, err)
				return false
			}
			for _, c := range all {
				if !yield(c, nil) {
					return false
				}
			}
			waiting = waiting[:0]
			return true
		}
		for c, err := range s.store.Load(ctx, stream, after) {
			if err != nil {
				if give() {
					yield(es.Commit{}, err)
				}
				return
			}
			if waiting = append(waiting, c); len(waiting) == openAtOnce && !give() {
				return
			}
		}
		give()
	}
}

// Tail implements [EventStore].
func (s sealedStore) Tail(ctx context.Context, stream es.StreamID, n int) ([]es.Commit, error) {
	tail, err := s.store.Tail(ctx, stream, n)
	if err != nil {
		return nil, err
	}
	return s.Open(ctx, tail)
}

// Append implements [EventStore].
func (s sealedStore) Append(ctx context.Context, drafts ...es.Draft) error {
	drafts, err := s.Seal(ctx, drafts)
	if err != nil {
		return err
	}
	err = s.store.Append(ctx, drafts...)
	var conflict *Conflict
	if !errors.As(err, &conflict) || len(conflict.Commit.Events) == 0 {
		return err
	}
	there, openErr := s.Open(ctx, []es.Commit{conflict.Commit})
	if openErr != nil {
		return openErr
	}
	return &Conflict{Stream: conflict.Stream, Commit: there[0]}
}

type sealedFeed struct {
	*Seals
	feed Feed
}

// Read implements [Feed].
func (s sealedFeed) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	commits, err := s.feed.Read(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	return s.openPositioned(ctx, commits)
}

// End implements [Feed].
func (s sealedFeed) End(ctx context.Context) (uint64, error) { return s.feed.End(ctx) }

type sealedLog struct {
	*Seals
	log Log
}

// Read implements [Feed].
func (s sealedLog) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	return s.Feed(s.log).Read(ctx, after, limit)
}

// End implements [Feed].
func (s sealedLog) End(ctx context.Context) (uint64, error) { return s.log.End(ctx) }

// Look implements [Log].
func (s sealedLog) Look(ctx context.Context, l Look) ([]es.Positioned, error) {
	commits, err := s.log.Look(ctx, l)
	if err != nil {
		return nil, err
	}
	return s.openPositioned(ctx, commits)
}

func (s *Seals) openPositioned(ctx context.Context, at []es.Positioned) ([]es.Positioned, error) {
	commits := make([]es.Commit, len(at))
	for i, c := range at {
		commits[i] = c.Commit
	}
	commits, err := s.Open(ctx, commits)
	if err != nil {
		return nil, err
	}
	all := make([]es.Positioned, len(at))
	for i, c := range commits {
		all[i] = es.Positioned{Position: at[i].Position, Commit: c}
	}
	return all, nil
}

type sealedTraces struct {
	*Seals
	traces Traces
}

// Note implements [Traces].
func (s sealedTraces) Note(ctx context.Context, traceID string, outcomes []Outcome) error {
	return s.traces.Note(ctx, traceID, outcomes)
}

// Trace implements [Traces].
func (s sealedTraces) Trace(ctx context.Context, traceID string) ([]Outcome, error) {
	outcomes, err := s.traces.Trace(ctx, traceID)
	if err != nil {
		return nil, err
	}
	commits := make([]es.Commit, len(outcomes))
	for i, o := range outcomes {
		commits[i] = es.Commit{Stream: o.AggregateID, Version: o.Version, Events: []es.Recorded{{Type: o.Type, Data: o.Payload}}}
	}
	if commits, err = s.Open(ctx, commits); err != nil {
		return nil, err
	}
	for i, c := range commits {
		outcomes[i].Payload = c.Events[0].Data
	}
	return outcomes, nil
}
