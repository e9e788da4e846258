package engine_test

import (
	"context"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// A dial, each of whose events says where it is. It goes up to 10.
type dial struct{ At int }

type turned struct {
	To int `json:"to"`
}

func (e turned) Evolve(dial) dial { return dial{e.To} }

type turn struct {
	ID string `json:"-" path:"id"`
	By int    `json:"by"`
}

func (c turn) Stream() string  { return c.ID }
func (c turn) Validate() error { return nil }
func (c turn) Decide(d dial, _ es.Env) ([]es.Event[dial], error) {
	if d.At+c.By > 10 {
		return nil, errFull
	}
	return []es.Event[dial]{turned{d.At + c.By}}, nil
}

var (
	dials  = es.Of("dial", es.On[turned]("Turned")).Latest()
	doTurn = es.Handles[turn](dials, "turn", "POST /dials/{id}")
)

func fresh(command turn) engine.Request {
	r := request(doTurn, command)
	r.Fresh = true
	return r
}

func at(t *testing.T, m *memory) int {
	t.Helper()
	state, err := (&engine.Commands{Store: m}).State(context.Background(), dials, "dial-d")
	if err != nil {
		t.Fatal(err)
	}
	return state.(dial).At
}

func TestLatest(t *testing.T) {
	turned := func(t *testing.T, n int) (m *memory, first engine.Request) {
		t.Helper()
		m = newMemory()
		first = fresh(turn{"d", 1})
		x := commands(t, m)
		execute(t, x, first)
		for range n - 1 {
			execute(t, x, fresh(turn{"d", 1}))
		}
		m.loads, m.tails, m.read = 0, 0, 0
		return m, first
	}
	t.Run("a request of its own id reads the last commit alone", func(t *testing.T) {
		m, _ := turned(t, 7)
		x := commands(t, m)
		if got := execute(t, x, fresh(turn{"d", 2})); got.Version != 8 || at(t, m) != 9 {
			t.Fatalf("got %+v, at %d", got, at(t, m))
		}
		m.tails-- // of at
		if m.loads != 0 || m.tails > 2 || m.read > 3 {
			t.Fatalf("%d loads, %d tails, %d commits", m.loads, m.tails, m.read)
		}
	})
	t.Run("a repeated one is recognised, also by who remembers the last commit alone", func(t *testing.T) {
		m, first := turned(t, 7)
		first.Fresh = false
		warm := commands(t, m)
		execute(t, warm, fresh(turn{"d", 1}))
		for name, x := range map[string]*engine.Commands{"cold": commands(t, m), "warm": warm} {
			if got := execute(t, x, first); !got.Repeated || got.Version != 1 || len(m.streams["dial-d"]) != 8 {
				t.Fatalf("%s: got %+v, %d commits", name, got, len(m.streams["dial-d"]))
			}
		}
	})
	t.Run("a remembered state never refuses", func(t *testing.T) {
		m, _ := turned(t, 7)
		x := commands(t, m)
		execute(t, x, fresh(turn{"d", 1}))
		execute(t, commands(t, m), fresh(turn{"d", -8})) // another process
		if got := execute(t, x, fresh(turn{"d", 6})); got.Version != 10 || at(t, m) != 6 {
			t.Fatalf("got %+v, at %d", got, at(t, m))
		}
		refused(t, x, fresh(turn{"d", 5}), errFull)
	})
	t.Run("an empty stream is the zero state", func(t *testing.T) {
		m := newMemory()
		if state, err := commands(t, m).State(t.Context(), dials, "dial-d"); state != nil || err != nil {
			t.Fatalf("got %v, %v", state, err)
		}
	})
	for _, silent := range []bool{false, true} {
		t.Run("an append whose answer was lost has succeeded, whoever came then", func(t *testing.T) {
			m := newMemory()
			m.silent = silent
			m.before = func(drafts []es.Draft) error {
				m.before = nil
				if err := m.Append(t.Context(), drafts...); err != nil {
					return err
				}
				execute(t, commands(t, m), fresh(turn{"d", 2}))
				return nil
			}
			if got := execute(t, commands(t, m), fresh(turn{"d", 1})); got.Version != 1 || at(t, m) != 3 {
				t.Fatalf("got %+v, at %d, want version 1 and 3", got, at(t, m))
			}
		})
	}
}
