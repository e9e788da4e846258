package estest

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Commit is events that happened together, for [View] and [Saga]. It is made by [Committed].
type Commit struct {
	recorded func() ([]es.Recorded, error)
	es.Commit
}

// Committed is a commit of an aggregate's events to the stream with this id, at [Noon] and by nobody.
func Committed[S any](a *es.Aggregate[S], id string, events ...es.Event[S]) Commit {
	return Commit{
		recorded: func() ([]es.Recorded, error) {
			recorded, _, err := roundTrip(a, events)
			return recorded, err
		},
		Commit: es.Commit{Stream: es.NewStreamID(a.Category(), id), Version: 1, Origin: es.Origin{Time: Noon}},
	}
}

// At sets the commit's time.
func (c Commit) At(at time.Time) Commit {
	c.Time = at
	return c
}

// By sets who invoked the commit.
func (c Commit) By(user string) Commit {
	c.Invoker = user
	return c
}

func (c Commit) commit(version uint64) (es.Commit, error) {
	recorded, err := c.recorded()
	c.Version, c.Events = version, recorded
	return c.Commit, err
}

// roundTrip writes events under their wire names and reads them back. What differs then is lost in earnest too.
func roundTrip[S any](a *es.Aggregate[S], events []es.Event[S]) ([]es.Recorded, []es.Event[S], error) {
	c := es.Commit{Stream: es.NewStreamID(a.Category(), "test"), Version: 1, Events: make([]es.Recorded, len(events))}
	read := make([]es.Event[S], len(events))
	for i, e := range events {
		past, isStored := e.(stored[S])
		if isStored {
			c.Events[i] = past.Recorded
		} else {
			recorded, err := a.Record(events[i : i+1])
			if err != nil {
				return nil, nil, err
			}
			c.Events[i] = recorded[0]
		}
		var err error
		if read[i], err = a.Read(c, i); err != nil {
			return nil, nil, fmt.Errorf("%s can't be read back: %w", c.Events[i].Type, err)
		}
		if diff := compare(e, read[i]); !isStored && diff != "" {
			return nil, nil, fmt.Errorf("%s is another when it is read back from %s (-written +read):\n%s", c.Events[i].Type, c.Events[i].Data, diff)
		}
	}
	return c.Events, read, nil
}

// stored is an event as it stands in the store. It is read when the test comes to it.
type stored[S any] struct {
	es.Event[S] // none
	es.Recorded
}

// Stored is an event as an earlier program recorded it: its wire name, the schema version, and its data as JSON. It can
// stand wherever events of the aggregate are given.
func Stored[S any](_ *es.Aggregate[S], name string, schema int, data string) es.Event[S] {
	return stored[S]{Recorded: es.Recorded{Type: name, Schema: schema, Data: jsontext.Value(data)}}
}

func fold[S any](a *es.Aggregate[S], state S, recorded []es.Recorded) (S, error) {
	folded, err := a.Fold(state, es.Commit{Stream: es.NewStreamID(a.Category(), "test"), Version: 1, Events: recorded})
	after, _ := folded.(S)
	if err == nil {
		err = keepsPromises(a, after, recorded)
	}
	return after, err
}

// keepsPromises holds a state against what its aggregate declares: that it can be snapshotted, and that the last event
// carries it whole.
func keepsPromises[S any](a *es.Aggregate[S], state S, recorded []es.Recorded) error {
	traits := a.Traits()
	if traits.Snapshot > 0 {
		text, err := es.Encode(state)
		if err != nil {
			return fmt.Errorf("the state cannot be snapshotted: %w", err)
		}
		read, err := a.DecodeState(text)
		if diff := compare(any(state), read); err != nil || diff != "" {
			return fmt.Errorf("the state is another when its snapshot is read: %w (-folded +read):\n%s", err, diff)
		}
	}
	if n := len(recorded); traits.Latest && n > 0 {
		last, err := a.Fold(nil, es.Commit{Stream: es.NewStreamID(a.Category(), "test"), Version: uint64(n), Events: recorded[n-1:]})
		if diff := compare(any(state), last); err != nil || diff != "" {
			return fmt.Errorf("the last event does not carry the whole state: %w (-all +last):\n%s", err, diff)
		}
	}
	return nil
}
