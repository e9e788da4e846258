package contract

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
)

// Nets are last nets with their queues, from both ends.
type Nets interface {
	engine.DeadLetters
	// Fail puts a body where a net's queue puts what it could not get rid of. The group is that of a FIFO net.
	Fail(t *testing.T, net engine.Net, group, body string)
	// Back takes all bodies out of the queue that a net's messages go back to.
	Back(t *testing.T, net engine.Net) []string
}

// DeadLetters tests an [engine.DeadLetters] with nets that open makes: one that is FIFO, one that is not, and one whose
// messages have no queue to go back to.
func DeadLetters(t *testing.T, open func(t *testing.T) (nets Nets, fifo, plain, noted engine.Net)) {
	nets, fifo, plain, noted := open(t)
	walk := func(t *testing.T, net engine.Net, fate func(engine.DeadLetter) engine.Fate) (bodies []string) {
		t.Helper()
		try(t, "walk through "+net.Name, nets.Each(t.Context(), net, func(d engine.DeadLetter) (engine.Fate, error) {
			bodies = append(bodies, d.Body)
			if d.ID == "" || d.Since.IsZero() || (d.Group == "") == net.FIFO {
				t.Errorf("a letter of %s is %+v", net.Name, d)
			}
			return fate(d), nil
		}))
		slices.Sort(bodies)
		return bodies
	}
	always := func(f engine.Fate) func(engine.DeadLetter) engine.Fate {
		return func(engine.DeadLetter) engine.Fate { return f }
	}
	holds := func(t *testing.T, net engine.Net, want int) {
		t.Helper()
		wait(t, fmt.Sprintf("%s holds %d", net.Name, want), func() bool {
			n, err := nets.Waiting(t.Context(), net)
			try(t, "count", err)
			return n == uint64(want)
		})
	}
	for _, net := range []engine.Net{fifo, plain, noted} {
		t.Run(net.Of, func(t *testing.T) {
			var all []string
			letters := 12
			if net.FIFO {
				letters = 8 // which come together: behind what is kept of a group, others of it stay unseen
			}
			for n := range letters {
				all = append(all, fmt.Sprintf("%02d %s", n, uuid.NewString()))
				nets.Fail(t, net, fmt.Sprint("group ", n%4), all[n])
			}
			holds(t, net, len(all))
			same(t, "what is kept", walk(t, net, always(engine.Kept)), all)
			same(t, "what is kept and seen again", walk(t, net, always(engine.Kept)), all)
			broken := errors.New("broken off")
			seen := 0
			err := nets.Each(t.Context(), net, func(engine.DeadLetter) (engine.Fate, error) {
				seen++
				return engine.Kept, broken
			})
			fails(t, "walk", err, broken)
			same(t, "what was seen before that", seen, 1)
			walk(t, net, func(d engine.DeadLetter) engine.Fate {
				if d.Body < "06" {
					return engine.Dropped
				}
				return engine.Kept
			})
			same(t, "what is left", walk(t, net, always(engine.Kept)), all[6:])
			if net.To == "" {
				err := nets.Each(t.Context(), net, func(engine.DeadLetter) (engine.Fate, error) { return engine.PutBack, nil })
				if err == nil {
					t.Error("it put back what has no queue")
				}
				same(t, "what is left", walk(t, net, always(engine.Dropped)), all[6:])
				holds(t, net, 0)
				return
			}
			walk(t, net, always(engine.PutBack))
			holds(t, net, 0)
			back := nets.Back(t, net)
			slices.Sort(back)
			same(t, "what is back", back, all[6:])
		})
	}
	t.Run("the same message twice goes back twice", func(t *testing.T) {
		for range 2 {
			nets.Fail(t, fifo, "group", "again")
			walk(t, fifo, always(engine.PutBack))
			same(t, "what is back", nets.Back(t, fifo), []string{"again"})
		}
	})
	t.Run("a net that is not there", func(t *testing.T) {
		_, err := nets.Waiting(t.Context(), engine.Net{Name: "nowhere"})
		fails(t, "count", err, engine.ErrNoNet)
		err = nets.Each(t.Context(), engine.Net{Name: "nowhere"}, nil)
		fails(t, "walk", err, engine.ErrNoNet)
	})
}
