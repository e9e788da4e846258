package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

func (m *Migration) tell(doing, unit string, done, of uint64) {
	if m.Progress != nil {
		m.Progress(Migrating{doing, unit, done, of})
	}
}

// untilKnown waits until every process goes by the phase as it is.
func (m *Migration) untilKnown(ctx context.Context) error {
	m.tell("wait until every process knows", "times", 0, 0)
	return wait(ctx, bounded(m.Bound))
}

// to is the step to a phase.
func to(phase MovePhase) func(Move) Move {
	return func(now Move) Move {
		now.Phase = phase
		return now
	}
}

// at gives blue's move if it is at one of these phases.
func (m *Migration) at(ctx context.Context, phases ...MovePhase) (Move, error) {
	now, err := m.Blue.Moves.Move(ctx)
	if err != nil {
		return now, err
	}
	return now, m.allowed(now, phases)
}

func (m *Migration) allowed(now Move, phases []MovePhase) error {
	if now.Phase != MoveNone && (now.Rewrite != m.Rewrite.Name || now.Other != m.Green.Name) {
		return fmt.Errorf("%s moves to %s by %q: %w", m.Blue.Name, now.Other, now.Rewrite, ErrOtherMove)
	}
	if !slices.Contains(phases, now.Phase) {
		return &NotNext{now.Phase, now.Phase.Next()}
	}
	return nil
}

// step takes blue's move on from one of these phases.
func (m *Migration) step(ctx context.Context, from []MovePhase, next func(Move) Move) (Move, error) {
	return m.change(ctx, m.Blue, func(now Move) (Move, error) {
		if err := m.allowed(now, from); err != nil {
			return now, err
		}
		return next(now), nil
	})
}

// change takes a store's move on by one conditional write, again when somebody else was first. A write whose answer was lost,
// and which was made again on the way, is refused as if somebody else had been: it is known by what is there.
func (m *Migration) change(ctx context.Context, in *Place, step func(Move) (Move, error)) (Move, error) {
	was, err := in.Moves.Move(ctx)
	for err == nil {
		now, refused := step(was)
		if refused != nil || now == was {
			return was, refused
		}
		err = in.Moves.SetMove(ctx, was, now)
		now.Changes = was.Changes + 1
		switch {
		case errors.Is(err, ErrBusy):
			if err := betweenSettles.Pause(ctx, 1); err != nil {
				return was, err
			}
		case !errors.Is(err, ErrStale):
			return now, err
		}
		if was, err = in.Moves.Move(ctx); err == nil && was == now {
			return now, nil
		}
	}
	return was, err
}

// handOver sets blue's timers in green. One that is set already stays as it is.
func (m *Migration) handOver(ctx context.Context) (timers uint64, err error) {
	r, err := m.rewriting()
	if err != nil {
		return 0, err
	}
	// A timer that is tried while they are listed changes its place: they are listed until there is none that was not seen.
	for seen := map[string]bool{}; ; {
		before := len(seen)
		for cursor := ""; ; {
			page, err := m.Blue.Agenda.Upcoming(ctx, cursor, agendaPage)
			if err != nil {
				return 0, fmt.Errorf("list the timers of %s: %w", m.Blue.Name, err)
			}
			if page.Soon > 0 {
				return 0, fmt.Errorf("about %d timers of %s are due in minutes: %w", page.Soon, m.Blue.Name, ErrUnderWay)
			}
			for _, e := range page.Errands {
				if err := m.setInGreen(ctx, r, seen, e); err != nil {
					return 0, err
				}
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) == before {
			return uint64(len(seen)), nil
		}
	}
}

// ErrUnderWay is the error of handing over timers that are in a queue already, out of which nobody but their handler takes
// them.
var ErrUnderWay = errors.New("they are on their way")

func (m *Migration) setInGreen(ctx context.Context, r *rewriting, seen map[string]bool, e Errand) (err error) {
	if seen[e.ID] {
		return nil
	}
	if e.CausationID, err = r.event(ctx, e.CausationID); err != nil {
		return err
	}
	if err := m.Green.Timers.Set(ctx, e); err != nil {
		return fmt.Errorf("set a timer in %s: %w", m.Green.Name, err)
	}
	seen[e.ID] = true
	m.tell("hand timers over", "timers", uint64(len(seen)), 0)
	return nil
}

// agendaPage is how many timers are read at once.
const agendaPage = 200

var betweenSettles = Backoff{First: 50 * time.Millisecond, Longest: time.Second}
