package engine_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// memory is every store in maps, with hooks so that tests can put something in between.
type memory struct {
	mu          sync.Mutex
	streams     map[es.StreamID][]es.Commit
	order       []es.Commit // of all streams, for the feed
	loads       int
	tails       int
	read        int // commits, by either
	appends     int
	before      func(drafts []es.Draft) error // called without the lock
	loaded      func(stream es.StreamID)      // called without the lock behind each load
	cut         int                           // commits that a tail does not see yet
	silent      bool                          // conflicts do not tell the commit in the way
	breaks      func() error                  // called without the lock around each write: a crash, before it or behind it
	checkpoints map[string]uint64
	parked      map[string]engine.Parked
	rows        map[string]engine.Row
	standings   map[string]engine.Standing
	shelf       // what writers and errands need
	copying     // what importers need
}

func newMemory() *memory {
	return &memory{
		streams: map[es.StreamID][]es.Commit{}, checkpoints: map[string]uint64{},
		parked: map[string]engine.Parked{}, rows: map[string]engine.Row{}, shelf: newShelf(),
	}
}

// write does what changes something. It may break off before that, or behind it.
func (m *memory) write(change func() error) error {
	if err := m.broken(); err != nil {
		return err
	}
	m.mu.Lock()
	err := change()
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return m.broken()
}

func (m *memory) broken() error {
	if m.breaks == nil {
		return nil
	}
	return m.breaks()
}

func (m *memory) Load(_ context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	m.mu.Lock()
	m.loads++
	commits := slices.DeleteFunc(slices.Clone(m.streams[stream]), func(c es.Commit) bool { return c.Version <= after })
	m.read += len(commits)
	m.mu.Unlock()
	if m.loaded != nil {
		m.loaded(stream)
	}
	return func(yield func(es.Commit, error) bool) {
		for _, c := range commits {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (m *memory) Tail(_ context.Context, stream es.StreamID, n int) ([]es.Commit, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tails++
	all := m.streams[stream][:max(0, len(m.streams[stream])-m.cut)]
	for i, c := range all {
		if c.BeginsEra() {
			all = all[i:]
			break
		}
	}
	all = all[max(0, len(all)-n):]
	m.read += len(all)
	return slices.Clone(all), nil
}

func (m *memory) Read(_ context.Context, after uint64, limit int) ([]es.Positioned, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var page []es.Positioned
	for p := int(after); p < min(len(m.order), int(after)+limit); p++ {
		page = append(page, es.Positioned{Position: uint64(p + 1), Commit: m.order[p]})
	}
	return page, nil
}

func (m *memory) Append(_ context.Context, drafts ...es.Draft) error {
	if m.before != nil {
		if err := m.before(drafts); err != nil {
			return err
		}
	}
	return m.write(func() error { return m.add(drafts) })
}

func (m *memory) add(drafts []es.Draft) error {
	m.appends++
	for _, d := range drafts {
		if d.Token > 0 && d.Token != m.leases[string(d.Stream)].token {
			return engine.ErrDeposed
		}
		for _, c := range m.streams[d.Stream] {
			if c.Last() <= d.After.Version() {
				continue
			}
			if m.silent {
				return &engine.Conflict{Stream: d.Stream}
			}
			return &engine.Conflict{Stream: d.Stream, Commit: c}
		}
	}
	for _, d := range drafts {
		m.streams[d.Stream] = append(m.streams[d.Stream], d.Commit())
		m.order = append(m.order, d.Commit())
	}
	return nil
}

func (m *memory) Applied(_ context.Context, consumer string, stream es.StreamID) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.checkpoints[consumer+" "+string(stream)], nil
}

func (m *memory) Advance(_ context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	return m.write(func() error {
		key := consumer + " " + string(stream)
		if m.checkpoints[key] != was {
			return engine.ErrStale
		}
		m.checkpoints[key] = now
		return nil
	})
}

func (m *memory) Park(_ context.Context, p engine.Parked) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if was, there := m.parked[p.Consumer+" "+string(p.Stream)]; there {
		p = p.Behind(was)
	}
	m.parked[p.Consumer+" "+string(p.Stream)] = p
	return nil
}

func (m *memory) Unpark(_ context.Context, consumer string, stream es.StreamID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.parked, consumer+" "+string(stream))
	return nil
}

func (m *memory) Parked(context.Context) ([]engine.Parked, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []engine.Parked
	for _, p := range m.parked {
		all = append(all, p)
	}
	return all, nil
}

func (m *memory) Row(_ context.Context, view, id string) (engine.Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[view+" "+id], nil
}

func (m *memory) Save(_ context.Context, view, id string, was, now engine.Row) error {
	return m.write(func() error {
		if m.rows[view+" "+id].Version != was.Version {
			return engine.ErrStale
		}
		m.rows[view+" "+id] = now
		return nil
	})
}

func (m *memory) List(context.Context, string, engine.Page) ([]engine.ListedRow, error) {
	return nil, errors.New("this store lists nothing")
}

// A counter, for the engine to work on.

type counter struct{ Sum, Adds int }

type added struct {
	N int `json:"n"`
}

func (e added) Evolve(c counter) counter { return counter{c.Sum + e.N, c.Adds + 1} }

type named struct {
	Name string `json:"name"`
}

func (e named) Evolve(c counter) counter { return c }

func (e named) Claims() []es.Claim {
	return []es.Claim{{Unique: es.Unique{Kind: "name", Value: e.Name}, Taken: errTaken}}
}

type unnamed struct {
	Name string `json:"name"`
}

func (e unnamed) Evolve(c counter) counter { return c }

func (e unnamed) Releases() []es.Unique { return []es.Unique{{Kind: "name", Value: e.Name}} }

var (
	errFull  = es.Conflict("Full", "the counter is full")
	errTaken = es.Conflict("NameTaken", "another counter has the name")
	counters = es.Of("counter", es.On[added]("Added"), es.On[named]("Named"), es.On[unnamed]("Unnamed"))
	doAdd    = es.Handles[add](counters, "add", "POST /counters/{id}/additions")
	doName   = es.Handles[name](counters, "name", "PUT /counters/{id}/name")
	doUnname = es.Handles[unname](counters, "unname", "DELETE /counters/{id}/name")
)

// add adds N unless the sum would exceed 10; nothing for 0.
type add struct {
	ID string `json:"-" path:"id"`
	N  int    `json:"n"`
}

func (c add) Stream() string { return c.ID }

func (c add) Validate() error {
	if c.N < 0 {
		return es.Invalid("n", "not negative")
	}
	return nil
}

func (c add) Decide(s counter, _ es.Env) ([]es.Event[counter], error) {
	switch {
	case s.Sum+c.N > 10:
		return nil, errFull
	case c.N == 0:
		return nil, nil
	}
	return []es.Event[counter]{added{c.N}}, nil
}

type name struct {
	ID   string `json:"-" path:"id"`
	Name string `json:"name"`
}

func (c name) Stream() string  { return c.ID }
func (c name) Validate() error { return nil }
func (c name) Decide(counter, es.Env) ([]es.Event[counter], error) {
	return []es.Event[counter]{named{c.Name}}, nil
}

type unname struct {
	ID   string `json:"-" path:"id"`
	Name string `json:"name"`
}

func (c unname) Stream() string  { return c.ID }
func (c unname) Validate() error { return nil }
func (c unname) Decide(counter, es.Env) ([]es.Event[counter], error) {
	return []es.Event[counter]{unnamed{c.Name}}, nil
}
