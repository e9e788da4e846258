package match

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// Join lets somebody into a match who has a place for it. Only sagas send it.
type Join struct {
	MatchID string `json:"matchId"`
	UserID  string `json:"userId"`
	Name    string `json:"name"`
	Avatar  string `json:"avatar"`
	Color   string `json:"color"`
}

// DoJoin declares [Join].
var DoJoin = es.Internal[Join](Aggregate, "join-match")

// Stream implements [es.Command].
func (c Join) Stream() string { return c.MatchID }

// Validate implements [es.Command].
func (c Join) Validate() error {
	switch {
	case c.MatchID == "":
		return es.Invalid("matchId", "which match is it?")
	case c.UserID == "":
		return es.Invalid("userId", "who joins?")
	}
	return nil
}

// Decide gives [Joined], and [Started] when the match is full with that; nothing for who is in already; or
// [ErrNoSuchMatch], [ErrMatchCancelled], [ErrMatchIsOver], [ErrMatchFull].
func (c Join) Decide(m Match, _ es.Env) ([]es.Event[Match], error) {
	if err := m.unended(); err != nil {
		return nil, err
	}
	switch {
	case m.has(c.UserID):
		return nil, nil // a refusal would make the saga give up the place that a player needs
	case !m.takes(c.UserID):
		return nil, ErrMatchFull
	}
	player := Player{ID: c.UserID, Name: c.Name, Avatar: c.Avatar, Color: c.Color}
	events := []es.Event[Match]{Joined{Player: player}}
	if players := append(slices.Clone(m.Players), player); len(players) == MaxPlayers {
		events = append(events, Started{FirstPlayer: player.ID, Players: players})
	}
	return events, nil
}
