package engine_test

import (
	"context"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// follow brings a counter to where another one is.
type follow struct {
	ID    string  `json:"-" path:"id"`
	Other string  `json:"other"`
	Seen  counter `json:"-"`
}

func (c follow) Stream() string  { return c.ID }
func (c follow) Validate() error { return nil }
func (c follow) Decide(s counter, _ es.Env) ([]es.Event[counter], error) {
	if c.Seen.Sum == s.Sum {
		return nil, errFull
	}
	return []es.Event[counter]{added{c.Seen.Sum - s.Sum}}, nil
}
func (c follow) Answer(counter, es.Env) (any, error) { return c.Seen.Sum, nil }

var doFollow = es.Handles[follow](counters, "follow", "PUT /counters/{id}/sum", es.Asks(
	counters, func(c follow) string { return c.Other }, func(c follow, other counter) follow {
		c.Seen = other
		return c
	},
))

func TestAsks(t *testing.T) {
	t.Run("decides on the other's state as it is, however warm", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doAdd, add{"b", 3}))
		execute(t, commands(t, m), request(doAdd, add{"b", 2})) // another process
		execute(t, x, request(doFollow, follow{ID: "a", Other: "b"}))
		if got := sum(t, m, "counter-a"); got != 5 {
			t.Fatalf("it followed to %d, want 5", got)
		}
	})
	t.Run("asks again each time that it decides", func(t *testing.T) {
		m := newMemory()
		execute(t, commands(t, m), request(doAdd, add{"b", 3}))
		m.before = func([]es.Draft) error {
			m.before = nil
			other := commands(t, m)
			execute(t, other, request(doAdd, add{"b", 4}))
			execute(t, other, request(doAdd, add{"a", 1}))
			return nil
		}
		execute(t, commands(t, m), request(doFollow, follow{ID: "a", Other: "b"}))
		if got := sum(t, m, "counter-a"); got != 7 {
			t.Fatalf("it followed to %d, want 7", got)
		}
	})
	t.Run("a stream that is not there is in the zero state, and nobody is not asked", func(t *testing.T) {
		for _, other := range []string{"nowhere", ""} {
			m := newMemory()
			_, err := commands(t, m).Execute(context.Background(), request(doFollow, follow{ID: "a", Other: other, Seen: counter{Sum: 1}}))
			if asked := m.loads == 2; (err != nil) != asked || asked != (other != "") {
				t.Fatalf("%q: %v after %d loads", other, err, m.loads)
			}
		}
	})
	t.Run("a repeated one sees it in its answer, too", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doAdd, add{"b", 3}))
		r := request(doFollow, follow{ID: "a", Other: "b"})
		want := execute(t, x, r)
		for _, x := range []*engine.Commands{x, commands(t, m)} {
			if got := execute(t, x, r); !got.Repeated || got.Answer != want.Answer {
				t.Fatalf("got %+v, want the answer of %+v", got, want)
			}
		}
	})
}
