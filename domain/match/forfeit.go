package match

import (
	"time"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// TurnTime is how long a player has for each turn. Whoever does not move in time forfeits the match.
const TurnTime = 3 * 24 * time.Hour

// ForfeitTurn ends a match whose next player has not moved in time. Only the saga that watches the deadlines sends it.
type ForfeitTurn struct {
	MatchID string     `json:"matchId"`
	Player  string     `json:"player"`
	After   board.Line `json:"after,omitzero"` // the line after which it was the player's turn; none for the first turn
}

// DoForfeitTurn declares [ForfeitTurn].
var DoForfeitTurn = es.Internal[ForfeitTurn](Aggregate, "forfeit-turn")

// Stream implements [es.Command].
func (c ForfeitTurn) Stream() string { return c.MatchID }

// Validate implements [es.Command].
func (c ForfeitTurn) Validate() error {
	switch {
	case c.MatchID == "":
		return es.Invalid("matchId", "which match is it?")
	case c.Player == "":
		return es.Invalid("player", "whose turn is it?")
	}
	return nil
}

// Decide gives [Finished], which the other player wins whatever the scores; nothing when a turn has been taken since, or
// the match is not being played. A line is drawn once, so that it tells the turn after it from all others.
func (c ForfeitTurn) Decide(m Match, _ es.Env) ([]es.Event[Match], error) {
	if m.Status != StatusPlaying || m.Next != c.Player || m.Last != c.After {
		return nil, nil
	}
	end := m.finished(m.Board)
	end.Winner, end.ForfeitedBy = m.after(c.Player), c.Player
	return []es.Event[Match]{end}, nil
}

// Deadlines watches that each turn is taken in time.
var Deadlines = es.NewSaga(
	"match-deadlines",
	es.React(Aggregate, func(e Started, m es.Meta) []es.Act {
		return []es.Act{forfeit(m, e.FirstPlayer, board.Line{})}
	}),
	es.React(Aggregate, func(e TurnTaken, m es.Meta) []es.Act {
		if e.NextPlayer == "" {
			return nil
		}
		return []es.Act{forfeit(m, e.NextPlayer, e.Line)}
	}),
).SetsTimers()

func forfeit(m es.Meta, player string, after board.Line) es.Act {
	return es.Send(DoForfeitTurn, ForfeitTurn{MatchID: m.Stream.ID(), Player: player, After: after}).At(m.Time.Add(TurnTime))
}
