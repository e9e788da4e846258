package match

import (
	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// TakeTurn draws a line for the caller.
type TakeTurn struct {
	MatchID   string          `json:"-" path:"matchId"`
	From      board.Dot       `json:"from"`
	Direction board.Direction `json:"direction" jsonschema:"enum=right,enum=down"`
}

// DoTakeTurn declares [TakeTurn].
var DoTakeTurn = es.Handles[TakeTurn](Aggregate, "take-turn", "POST /matches/{matchId}/turns")

// Stream implements [es.Command].
func (c TakeTurn) Stream() string { return c.MatchID }

// Validate implements [es.Command].
func (c TakeTurn) Validate() error {
	if c.Direction != board.Right && c.Direction != board.Down {
		return es.Invalid("direction", "a line goes right or down")
	}
	return nil
}

// Decide gives [TurnTaken], and [Finished] when every cell is owned with that, or refuses with [ErrNoSuchMatch],
// [ErrNotAPlayer], [ErrNotStarted], [ErrMatchCancelled], [ErrMatchIsOver], [ErrNotYourTurn], [ErrOutOfBounds],
// [ErrLineTaken].
func (c TakeTurn) Decide(m Match, env es.Env) ([]es.Event[Match], error) {
	line, player := board.Line{From: c.From, Direction: c.Direction}, env.Invoker.User
	if err := m.refuses(line, player); err != nil {
		return nil, err
	}
	after, captured := m.Board.Draw(line, player)
	turn := TurnTaken{Line: line, Player: player, Captured: captured, NextPlayer: m.after(player)}
	switch {
	case after.Full():
		turn.NextPlayer = ""
		return []es.Event[Match]{turn, m.finished(after)}, nil
	case len(captured) > 0:
		turn.NextPlayer = player // who closes a cell goes on
	}
	return []es.Event[Match]{turn}, nil
}

func (m Match) refuses(line board.Line, player string) error {
	if err := m.unended(); err != nil {
		return err
	}
	switch {
	case !m.has(player):
		return ErrNotAPlayer
	case m.Status == StatusNotStarted:
		return ErrNotStarted
	case m.Next != player:
		return ErrNotYourTurn
	case !m.Board.Has(line):
		return ErrOutOfBounds
	case m.Board.IsDrawn(line):
		return ErrLineTaken
	}
	return nil
}

// finished is the end of the match. On a full board one player has most, for the number of cells is odd.
func (m Match) finished(last board.Board) Finished {
	end := Finished{Scores: map[string]int{}, Players: m.Players}
	for _, p := range m.Players {
		end.Scores[p.ID] = last.Score(p.ID)
		if end.Winner == "" || end.Scores[p.ID] > end.Scores[end.Winner] {
			end.Winner = p.ID
		}
	}
	return end
}
