package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
)

// Generations tests an [engine.Generations].
func Generations(t *testing.T, open func(t *testing.T) engine.Generations) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, g engine.Generations, view string)
	}{
		{"a view that nobody has rebuilt has its first generation", standingFirst},
		{"a standing comes back as it was set", standingRoundTrip},
		{"a standing that has changed meanwhile stays", standingStale},
		{"of those who change it at the same time one wins", standingRace},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t), "contract-"+uuid.NewString()) })
	}
}

func readStanding(t *testing.T, g engine.Generations, view string) engine.Standing {
	t.Helper()
	s, err := g.Standing(t.Context(), view)
	try(t, "read a standing", err)
	return s
}

func standingFirst(t *testing.T, g engine.Generations, view string) {
	same(t, "the standing", readStanding(t, g, view), engine.Standing{Live: 1, Last: 1})
}

func standingRoundTrip(t *testing.T, g engine.Generations, view string) {
	was := readStanding(t, g, view)
	for _, now := range []engine.Standing{
		{Live: 1, Next: 2, Last: 2, Program: unicode},
		{Live: 2, Kept: 1, Trial: 3, Gone: []uint64{4, 5}, Last: 5},
		{Live: 2, Last: 1 << 52},
	} {
		try(t, "set a standing", g.SetStanding(t.Context(), view, was, now))
		now.Changes = was.Changes + 1
		was = readStanding(t, g, view)
		same(t, "the standing", was, now)
	}
	same(t, "another view's standing", readStanding(t, g, view+"-other"), engine.FirstStanding())
}

func standingStale(t *testing.T, g engine.Generations, view string) {
	first := readStanding(t, g, view)
	try(t, "set a standing", g.SetStanding(t.Context(), view, first, engine.Standing{Live: 2, Last: 2}))
	fails(t, "set it where it was", g.SetStanding(t.Context(), view, first, engine.Standing{Live: 3, Last: 3}), engine.ErrStale)
	ahead := engine.Standing{Live: 2, Last: 2, Changes: 2}
	fails(t, "set it where it will be", g.SetStanding(t.Context(), view, ahead, engine.Standing{Live: 3, Last: 3}), engine.ErrStale)
	same(t, "the standing", readStanding(t, g, view), engine.Standing{Live: 2, Last: 2, Changes: 1})
	fails(t, "set one of a view that has none", g.SetStanding(t.Context(), view+"-other", ahead, ahead), engine.ErrStale)
	same(t, "the other view's standing", readStanding(t, g, view+"-other"), engine.FirstStanding())
}

func standingRace(t *testing.T, g engine.Generations, view string) {
	was := readStanding(t, g, view)
	for range 5 {
		winner := 0
		for i, err := range together(t.Context(), 8, func(ctx context.Context, i int) error {
			return g.SetStanding(ctx, view, was, engine.Standing{Live: uint64(i + 1), Last: 9})
		}) {
			switch {
			case err == nil && winner > 0:
				t.Fatalf("both %d and %d have won", winner, i+1)
			case err == nil:
				winner = i + 1
			case !errors.Is(err, engine.ErrStale):
				t.Fatalf("set a standing: %v", err)
			}
		}
		now := readStanding(t, g, view)
		same(t, "the standing", now, engine.Standing{Live: uint64(winner), Last: 9, Changes: was.Changes + 1})
		was = now
	}
}
