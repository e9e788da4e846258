package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// OwnWrites is the error of going back from a store that has accepted writes of its own, which blue does not have.
type OwnWrites struct{ Commits uint64 }

func (e *OwnWrites) Error() string {
	return fmt.Sprintf("green has %d commits of its own that blue does not have", e.Commits)
}

// Back goes back to blue: from the first phases by giving the move up, from those behind them by letting blue answer queries
// and take writes as before. What green has accepted by itself blue never gets: as soon as there is any, exactly so many
// commits have to be given up, and green with them. It gives [ErrStale] when somebody else goes on with the move meanwhile.
//
// Never do both stores take writes. So blue leaves the phase in which [Migration.CutWrites] begins first, green's record is
// changed then, which whoever has begun that still has to change, and blue is opened last, unless anybody has touched its
// record since.
func (m *Migration) Back(ctx context.Context, lose uint64) (MovePhase, error) {
	now, err := m.at(ctx, bluePhases[1:len(bluePhases)-1]...)
	if err != nil {
		return now.Phase, err
	}
	if now.Phase == MoveCaughtUp {
		if now, err = m.step(ctx, []MovePhase{MoveCaughtUp, MoveStopped}, to(MoveStopped)); err != nil {
			return now.Phase, err
		}
	}
	lost, err := m.closeGreen(ctx, lose)
	if err != nil {
		return now.Phase, err
	}
	was := now
	now, err = m.change(ctx, m.Blue, func(now Move) (Move, error) {
		switch {
		case now != was:
			return now, fmt.Errorf("somebody goes on with the move from %q: %w", now.Phase, ErrStale)
		case lost > 0 || now.Phase == MoveCopying || now.Phase == MoveCompared:
			return Move{Changes: now.Changes}, nil
		case now.Phase == MoveReadsCut:
			return to(MoveCompared)(now), nil
		default:
			return to(MoveReadsCut)(now), nil
		}
	})
	return now.Phase, err
}

// closeGreen closes green again, if it is open, and counts what it has accepted by itself. Its record is another one then, in
// any case.
func (m *Migration) closeGreen(ctx context.Context, lose uint64) (own uint64, err error) {
	var filling bool
	now, err := m.change(ctx, m.Green, func(now Move) (Move, error) {
		switch filling = now.Phase == MoveFilling; {
		case filling:
			now.Changes++
			return now, nil
		case now.Phase == MoveLive || now.Phase == MoveDivorced:
			return to(MoveDivorced)(now), nil
		default:
			return now, fmt.Errorf("%s takes part in no move any more: %w", m.Green.Name, ErrStale)
		}
	})
	if err != nil || filling {
		return 0, err
	}
	if own, err = m.ownWrites(ctx, now); err == nil && own != lose {
		err = &OwnWrites{own}
	}
	if err != nil {
		reopening, cancel := context.WithTimeout(context.WithoutCancel(ctx), reopeningTime)
		defer cancel()
		return own, errors.Join(err, m.remarry(reopening, MoveLive))
	}
	if own == 0 {
		err = m.remarry(ctx, MoveFilling)
	}
	return own, err
}

// reopeningTime is how long it may take to let people write to green again, for one who has gone already.
const reopeningTime = 10 * time.Second

// remarry has green, which was closed to be counted, be at a phase in which it takes part in the move.
func (m *Migration) remarry(ctx context.Context, phase MovePhase) error {
	_, err := m.change(ctx, m.Green, func(now Move) (Move, error) {
		if now.Phase == MoveDivorced {
			now.Phase = phase
		}
		return now, nil
	})
	return err
}

// ownWrites counts the commits that green has accepted by itself, when all of them have come to its feed.
func (m *Migration) ownWrites(ctx context.Context, green Move) (uint64, error) {
	if err := m.allFed(ctx, m.Green); err != nil {
		return 0, err
	}
	end, err := m.Green.Feed.End(ctx)
	return end - min(green.From, end), err
}
