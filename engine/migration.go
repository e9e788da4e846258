package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Migration moves a store, blue, into another one, green, with its history rewritten on the way, while blue goes on. Each phase
// is one method. Whatever step it is interrupted at, calling the same method again goes on; what does not come next is a
// [*NotNext]. Sagas, mails and pushes of green never act on what was copied, and those of blue have acted on all of it before
// green goes on by itself.
type Migration struct {
	Rewrite     *es.Rewrite
	Blue, Green *Place
	URL         string          // of green's API, to which blue sends on what it is asked
	Bound       time.Duration   // of the [Gate] of all processes, unless it is that of TurnBound
	Patience    time.Duration   // for rows to become the same, and for both to come to rest
	Progress    func(Migrating) // called now and then; nil for nobody
}

// Place is a store with those who look after it.
type Place struct {
	*Installation
	Name     string // for people
	Moves    Moves
	Importer Importer
	Inbox    func(context.Context) (waiting uint64, err error) // counts the commands that wait for single writers
}

// Migrating is how far a method is.
type Migrating struct {
	Doing string `json:"doing"`
	Unit  string `json:"unit"`
	Done  uint64 `json:"done"`
	Of    uint64 `json:"of"` // 0 for what is not known
}

// NotNext is the error of a method that is called out of order.
type NotNext struct {
	Phase MovePhase // at which the move is
	Next  MovePhase // what comes next
}

func (e *NotNext) Error() string {
	return fmt.Sprintf("the move is at %q, behind which comes %q", e.Phase, e.Next)
}

// bluePhases are blue's phases in their order.
var bluePhases = []MovePhase{
	MoveNone, MoveCopying, MoveCompared, MoveReadsCut, MoveStopping, MoveStopped, MoveCaughtUp, MoveWritesCut, MoveDestroyed,
}

// Next is the phase behind one of blue's; itself behind the last.
func (p MovePhase) Next() MovePhase {
	n := slices.Index(bluePhases, p)
	return bluePhases[min(n+1, len(bluePhases)-1)]
}

var (
	// ErrNotEmpty is the error of moving into a store that has events of its own.
	ErrNotEmpty = errors.New("the store to move into is not empty, and not filled by this rewrite")
	// ErrOtherMove is the error of going on with another move than the one that is under way.
	ErrOtherMove = errors.New("the store moves elsewhere, or by another rewrite")
)

// source names what is copied in green.
func (m *Migration) source() string { return "migrate/" + m.Rewrite.Name }

// Start has green take nothing but what is copied, and copies blue's feed to its end. It may be called at any later phase at
// which blue takes writes, to go on copying.
func (m *Migration) Start(ctx context.Context) error {
	if err := m.beginGreen(ctx); err != nil {
		return err
	}
	_, err := m.step(ctx, []MovePhase{MoveNone, MoveCopying, MoveCompared, MoveReadsCut}, func(now Move) Move {
		if now.Phase == MoveNone {
			now = Move{Rewrite: m.Rewrite.Name, Phase: MoveCopying, Other: m.Green.Name, Changes: now.Changes}
		}
		if m.URL != "" {
			now.URL = m.URL
		}
		return now
	})
	if err != nil {
		return err
	}
	return m.Copy(ctx)
}

// beginGreen closes green for all others.
func (m *Migration) beginGreen(ctx context.Context) error {
	_, err := m.change(ctx, m.Green, func(now Move) (Move, error) {
		if now.Phase == MoveFilling && now.Rewrite == m.Rewrite.Name {
			return now, nil
		}
		end, err := m.Green.Feed.End(ctx)
		switch {
		case err != nil:
			return now, err
		case end > 0 || now.Phase != MoveNone:
			return now, fmt.Errorf("%s: %w", m.Green.Name, ErrNotEmpty)
		}
		return Move{Rewrite: m.Rewrite.Name, Phase: MoveFilling, Other: m.Blue.Name, Changes: now.Changes}, nil
	})
	return err
}

// Copy brings green up to the end of blue's feed, as it is then. When somebody else copies meanwhile it goes on behind that.
func (m *Migration) Copy(ctx context.Context) error {
	copied, err := m.Green.Importer.Copied(ctx, m.source())
	for err == nil {
		was := copied
		failed := m.copyFrom(ctx, was)
		var conflict *Conflict
		if !errors.Is(failed, ErrStale) && !errors.As(failed, &conflict) {
			return failed
		}
		if copied, err = m.Green.Importer.Copied(ctx, m.source()); err == nil && copied == was {
			return failed
		}
	}
	return err
}

func (m *Migration) copyFrom(ctx context.Context, copied uint64) error {
	r, err := m.rewriting()
	if err != nil {
		return err
	}
	if r.lending, err = m.lend(ctx); err != nil {
		return err
	}
	end, err := m.Blue.Feed.End(ctx)
	if err != nil {
		return err
	}
	tell := func(position uint64) { m.tell("copy", "commits", position, max(end, position)) }
	tell(copied)
	takeover := NewTakeover(m.Green.Installation, m.Green.Importer, m.source())
	if err := takeover.All(ctx, r.arrivals(ctx, CatchUp(ctx, m.Blue.Feed, copied)), tell); err != nil {
		return fmt.Errorf("copy %s to %s: %w", m.Blue.Name, m.Green.Name, err)
	}
	return nil
}

// Follow copies on until blue takes no more writes, or the context ends.
func (m *Migration) Follow(ctx context.Context) error {
	for {
		var later *NotNext
		if _, err := m.at(ctx, MoveCopying, MoveCompared, MoveReadsCut); errors.As(err, &later) {
			return nil
		} else if err != nil {
			return err
		}
		if err := m.Copy(ctx); err != nil {
			return err
		}
		if err := wait(ctx, betweenCopies); err != nil {
			return err
		}
	}
}

// betweenCopies is by how much green is behind at least while it is followed.
const betweenCopies = 200 * time.Millisecond

func (m *Migration) rewriting() (*rewriting, error) {
	return newRewriting(m.Rewrite, m.Blue.Stored, m.Green.Stored)
}

// Lag is how many commits of blue's feed are not in green yet.
func (m *Migration) Lag(ctx context.Context) (uint64, error) {
	copied, err := m.Green.Importer.Copied(ctx, m.source())
	if err != nil {
		return 0, err
	}
	end, err := m.Blue.Feed.End(ctx)
	return end - min(copied, end), err
}

// Compare compares green's views with blue's, having copied what there is. The phase goes on if they are as the rewrite
// declares, or else if it is to.
func (m *Migration) Compare(ctx context.Context, anyway bool) (*ViewsCompared, error) {
	now, err := m.at(ctx, MoveCopying, MoveCompared, MoveReadsCut, MoveStopping, MoveStopped, MoveCaughtUp)
	if err != nil {
		return nil, err
	}
	if err := m.Copy(ctx); err != nil {
		return nil, err
	}
	found, err := m.compare(ctx)
	if err != nil || now.Phase != MoveCopying || found.Different > 0 && !anyway {
		return found, err
	}
	_, err = m.step(ctx, []MovePhase{MoveCopying, MoveCompared}, to(MoveCompared))
	return found, err
}

// CutReads has green answer queries. Those that wait for a version are answered by blue as long as it takes writes.
func (m *Migration) CutReads(ctx context.Context) error {
	now, err := m.at(ctx, MoveCompared, MoveReadsCut)
	if err != nil {
		return err
	}
	if now.URL == "" && m.URL == "" {
		return errors.New("it is not known where green's API is")
	}
	if err := m.Copy(ctx); err != nil {
		return err
	}
	if _, err := m.step(ctx, []MovePhase{MoveCompared, MoveReadsCut}, func(now Move) Move {
		if m.URL != "" {
			now.URL = m.URL
		}
		return to(MoveReadsCut)(now)
	}); err != nil {
		return err
	}
	return m.untilKnown(ctx)
}
