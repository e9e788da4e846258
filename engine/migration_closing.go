package engine

import (
	"context"
	"fmt"
)

// StopWrites has blue take no more requests that change something, lets it finish what it has accepted, and then closes it.
// Timers wait from then on. What does not come to rest in time leaves it where it is: it may be called again, or gone back.
func (m *Migration) StopWrites(ctx context.Context) error {
	now, err := m.at(ctx, MoveReadsCut, MoveStopping, MoveStopped)
	if err != nil || now.Phase == MoveStopped {
		return err
	}
	s := &settling{Migration: m, open: map[Mark]bool{}}
	if err := s.begin(ctx); err != nil {
		return err
	}
	if _, err := m.step(ctx, []MovePhase{MoveReadsCut, MoveStopping}, to(MoveStopping)); err != nil {
		return err
	}
	if err := m.untilKnown(ctx); err != nil {
		return err
	}
	if err := s.rest(ctx); err != nil {
		return err
	}
	_, err = m.step(ctx, []MovePhase{MoveStopping, MoveStopped}, func(now Move) Move {
		now.Settled = s.position
		return to(MoveStopped)(now)
	})
	return err
}

// CatchUp copies what blue has accepted until its writes stopped. What has come into its feed since must not be left to blue's
// sagas and listeners, which can write no more.
func (m *Migration) CatchUp(ctx context.Context) error {
	now, err := m.at(ctx, MoveStopped, MoveCaughtUp)
	if err != nil {
		return err
	}
	if err := m.allFed(ctx, m.Blue); err != nil {
		return err
	}
	s := &settling{Migration: m, position: now.Settled, open: map[Mark]bool{}, fed: true}
	if err := s.rest(ctx); err != nil {
		return fmt.Errorf("behind the stop of its writes %s has come upon more, for which it has to go back first: %w", m.Blue.Name, err)
	}
	if err := m.Copy(ctx); err != nil {
		return err
	}
	if err := m.allCopied(ctx); err != nil {
		return err
	}
	_, err = m.step(ctx, []MovePhase{MoveStopped, MoveCaughtUp}, to(MoveCaughtUp))
	return err
}

// CutWrites has green take writes, when its views show what has been copied, and blue send it all that it is asked. Blue's
// timers go over to green. It gives how many. Green's record is read before blue's and changed only as it was then: who goes
// back meanwhile changes it.
func (m *Migration) CutWrites(ctx context.Context) (timers uint64, err error) {
	green, err := m.Green.Moves.Move(ctx)
	if err != nil {
		return 0, err
	}
	now, err := m.at(ctx, MoveCaughtUp, MoveWritesCut)
	if err != nil {
		return 0, err
	}
	if now.Phase == MoveWritesCut {
		return 0, m.isLive(ctx)
	}
	if err := m.shown(ctx); err != nil {
		return 0, err
	}
	if _, err := m.lend(ctx); err != nil { // for who has been forgotten since
		return 0, err
	}
	if timers, err = m.handOver(ctx); err != nil {
		return timers, err
	}
	if err := m.openGreen(ctx, green); err != nil {
		return timers, err
	}
	_, err = m.step(ctx, []MovePhase{MoveCaughtUp, MoveWritesCut}, to(MoveWritesCut))
	return timers, err
}

// openGreen has green take writes, if its record is as it was, or another has had it take them since.
func (m *Migration) openGreen(ctx context.Context, was Move) error {
	end, err := m.Green.Feed.End(ctx)
	if err != nil {
		return err
	}
	_, err = m.change(ctx, m.Green, func(now Move) (Move, error) {
		switch {
		case now.Phase == MoveLive:
			return now, nil
		case now != was || now.Phase != MoveFilling:
			return now, fmt.Errorf("somebody goes back with %s at %q: %w", m.Green.Name, now.Phase, ErrStale)
		}
		now.Phase, now.From = MoveLive, end
		return now, nil
	})
	return err
}

// isLive fails unless green takes writes.
func (m *Migration) isLive(ctx context.Context) error {
	now, err := m.Green.Moves.Move(ctx)
	if err == nil && now.Phase != MoveLive {
		err = fmt.Errorf("%s is %s: somebody who went back has not come to the end of that: %w", m.Green.Name, now.Phase, ErrStale)
	}
	return err
}

// Destroy ends the move: blue is not to be gone back to, and nobody needs it any more.
func (m *Migration) Destroy(ctx context.Context) error {
	if _, err := m.at(ctx, MoveWritesCut, MoveDestroyed); err != nil {
		return err
	}
	if err := m.allCopied(ctx); err != nil {
		return err
	}
	if _, err := m.lend(ctx); err != nil {
		return err
	}
	if _, err := m.step(ctx, []MovePhase{MoveWritesCut, MoveDestroyed}, to(MoveDestroyed)); err != nil {
		return err
	}
	_, err := m.change(ctx, m.Green, func(now Move) (Move, error) { return Move{Changes: now.Changes}, nil })
	return err
}

// allCopied fails unless green has all of blue's feed.
func (m *Migration) allCopied(ctx context.Context) error {
	lag, err := m.Lag(ctx)
	if err == nil && lag > 0 {
		err = fmt.Errorf("%d commits of %s are not in %s", lag, m.Blue.Name, m.Green.Name)
	}
	return err
}
