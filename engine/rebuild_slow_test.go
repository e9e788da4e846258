package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// slow is a store in which something goes on during a read, or behind a write.
type slow struct {
	*memory
	reading, saved func()
}

func (s *slow) Row(ctx context.Context, view, id string) (engine.Row, error) {
	s.reading()
	return s.memory.Row(ctx, view, id)
}

func (s *slow) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	err := s.memory.Save(ctx, view, id, was, now)
	s.saved()
	return err
}

// once makes something happen the first time only.
func once(do func()) func() {
	return func() {
		if f := do; f != nil {
			do = nil
			f()
		}
	}
}

// TestASlowReadFindsWhatIsLive has a read take so long that its generation is not only not live any more, but erased.
func TestASlowReadFindsWhatIsLive(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, _ := populated(t, view)
				want := replayed(t, m, view)
				s := &slow{memory: m, reading: once(func() {
					r := rebuild(m, view)
					r.Bound = 0
					if _, err := r.Run(t.Context(), false); err != nil {
						t.Error(err)
					}
				})}
				sees(t, engine.Live{Views: s, Turns: &engine.Turns{Generations: m}}, view, want)
			})
		})
	}
}

// TestASlowProjectorWritesToAll has a projector be so slow that the standing it went by is too old when it has written.
func TestASlowProjectorWritesToAll(t *testing.T) {
	for name, view := range rebuilt {
		for turn, now := range map[string]engine.Standing{
			"a next generation has begun": {Live: 1, Next: 2, Last: 2},
			"another one is live":         {Live: 2, Last: 2, Gone: []uint64{1}},
		} {
			t.Run(name+", "+turn, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m, _ := populated(t, view)
					s := &slow{memory: m, reading: func() {}, saved: once(func() {
						if err := m.SetStanding(t.Context(), view.Name, engine.FirstStanding(), now); err != nil {
							t.Error(err)
						}
						time.Sleep(engine.TurnBound)
					})}
					c := append1(t, m, "counter-c0", 2)
					p := &engine.Projector{View: view, Views: s, Turns: &engine.Turns{Generations: m}, Store: m}
					if view.Global {
						hammer(t, engine.NewGlobal(p, m, m, m, engine.World{}).Consumer, engine.FeedStream, nil)
					} else {
						hammer(t, &engine.Consumer{Name: view.Name, Store: m, Lot: m, Handler: p}, c.Stream, []es.Commit{c})
					}
					want := replayed(t, m, view)
					got := rowsOf(m, view.Name+"@2")
					for id := range got {
						if got[id].Version != want[id].Version {
							t.Errorf("row %s of the second generation is at version %d, want %d", id, got[id].Version, want[id].Version)
						}
					}
					if len(got) == 0 {
						t.Error("the second generation has no rows")
					}
				})
			})
		}
	}
}

// rival is a store in which somebody else is quicker, right before one of the writes to a second generation.
type rival struct {
	*memory
	write int // that loses, from 1
	first func()
}

func (r *rival) loses(name string) {
	if !strings.HasSuffix(name, "@2") {
		return
	}
	if r.write--; r.write == 0 {
		r.first()
	}
}

func (r *rival) Save(ctx context.Context, view, id string, was, now engine.Row) error {
	r.loses(view)
	return r.memory.Save(ctx, view, id, was, now)
}

func (r *rival) Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error {
	r.loses(consumer)
	return r.memory.Advance(ctx, consumer, stream, was, now)
}

// TestWhoFillsHoldsUpNobody has a rebuild be quicker than a projector with the next generation, at each write that the projector
// makes to it: when it brings that on, takes commits, and saves.
func TestWhoFillsHoldsUpNobody(t *testing.T) {
	for name, view := range rebuilt {
		t.Run(name, func(t *testing.T) {
			for write := 1; ; write++ {
				m, c := populated(t, view)
				halfRebuilt(t, m, view)
				more := func() { feed(t, m, "c1", 2); feed(t, m, "c2", 3) }
				more()
				deliverAll(t, m, c, view) // which goes by the old standing, or has to bring the next generation on
				more()
				r := &rival{memory: m, write: write, first: func() { halfRebuilt(t, m, view) }}
				p := &engine.Projector{View: view, Views: r, Turns: turns(m), Store: m}
				c = &engine.Consumer{Name: view.Name, Store: m, Lot: m, Handler: p}
				if view.Global {
					c = engine.NewGlobal(p, m, r, m, engine.World{}).Consumer
				}
				deliverAll(t, m, c, view)
				sameRows(t, rowsOf(m, view.Name+"@2"), replayed(t, m, view))
				sameRows(t, rowsOf(m, view.Name), replayed(t, m, view))
				if r.write > 0 {
					if write < 3 {
						t.Fatalf("there are only %d writes", write-1)
					}
					return
				}
			}
		})
	}
}

// deaf are generations that do not hear that they were set: the write is made again on the way, and refused.
type deaf struct{ *memory }

func (d deaf) SetStanding(ctx context.Context, view string, was, now engine.Standing) error {
	if err := d.memory.SetStanding(ctx, view, was, now); err != nil {
		return err
	}
	return d.memory.SetStanding(ctx, view, was, now)
}

// TestALostAnswerIsNobodyElse has every change of a standing be made, and its answer lost.
func TestALostAnswerIsNobodyElse(t *testing.T) {
	view := rebuilt["a row for each stream"]
	m, _ := populated(t, view)
	r := rebuild(m, view)
	r.Generations = deaf{m}
	if _, err := r.Run(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	standing(t, m, view, engine.Standing{Live: 2, Kept: 1, Last: 2})
	if _, err := r.Back(t.Context()); err != nil {
		t.Fatal(err)
	}
	standing(t, m, view, engine.Standing{Live: 1, Kept: 2, Last: 2})
	if _, err := r.Trial(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	standing(t, m, view, engine.Standing{Live: 1, Last: 3})
	onlyLive(t, m, view)
}
