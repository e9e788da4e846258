package match

import (
	"slices"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// Aggregate is the fold of matches.
var Aggregate = es.Of(
	"match",
	es.On[Created]("MatchCreated"),
	es.On[JoinRequested]("JoinRequested"),
	es.On[Joined]("MatchJoined"),
	es.On[Started]("MatchStarted"),
	es.On[Cancelled]("MatchCancelled"),
	es.On[TurnTaken]("TurnTaken"),
	es.On[Finished]("MatchFinished"),
)

// Created says that a match came to be, yet without players.
type Created struct {
	CreatedBy string     `json:"createdBy"`
	Size      board.Size `json:"size"`
}

// Evolve implements [es.Event].
func (e Created) Evolve(m Match) Match {
	m.CreatedBy, m.Size, m.Status, m.Board = e.CreatedBy, e.Size, StatusNotStarted, board.New(e.Size)
	return m
}

// JoinRequested says that somebody wants to join. It changes nothing before they have.
type JoinRequested struct {
	UserID string `json:"userId"`
}

// Evolve implements [es.Event].
func (JoinRequested) Evolve(m Match) Match { return m }

// Joined says that somebody is in the match.
type Joined struct {
	Player Player `json:"player"`
}

// Evolve implements [es.Event].
func (e Joined) Evolve(m Match) Match {
	m.Players = append(slices.Clone(m.Players), e.Player)
	return m
}

// Started says that the match has all its players and begins.
type Started struct {
	FirstPlayer string   `json:"firstPlayer"`
	Players     []Player `json:"players"`
}

// Evolve implements [es.Event].
func (e Started) Evolve(m Match) Match {
	m.Status, m.Next = StatusPlaying, e.FirstPlayer
	return m
}

// Cancelled says that the match will not be played.
type Cancelled struct {
	Players []Player `json:"players"`
}

// Evolve implements [es.Event].
func (Cancelled) Evolve(m Match) Match {
	m.Status = StatusCancelled
	return m
}

// TurnTaken says that a player drew a line, and which cells it closed.
type TurnTaken struct {
	Line       board.Line   `json:"line"`
	Player     string       `json:"player"`
	Captured   []board.Cell `json:"captured"`
	NextPlayer string       `json:"nextPlayer,omitzero"` // nobody after the last line
}

// Evolve implements [es.Event].
func (e TurnTaken) Evolve(m Match) Match {
	m.Board, _ = m.Board.Draw(e.Line, e.Player)
	m.Next, m.Last = e.NextPlayer, e.Line
	return m
}

// Finished says that every cell is owned, and who owns most; or that a player did not move in time, and the other one wins.
type Finished struct {
	Winner      string         `json:"winner"`
	Scores      map[string]int `json:"scores"` // by player's id
	Players     []Player       `json:"players"`
	ForfeitedBy string         `json:"forfeitedBy,omitzero"` // nobody when the match was played to its end
}

// Evolve implements [es.Event].
func (Finished) Evolve(m Match) Match {
	m.Status, m.Next = StatusFinished, ""
	return m
}
