package user

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// EnterMatch takes one of a user's places for a match that the user wants to join. Only sagas send it.
type EnterMatch struct {
	UserID  string `json:"userId"`
	MatchID string `json:"matchId"`
}

// DoEnterMatch declares [EnterMatch].
var DoEnterMatch = es.Internal[EnterMatch](Aggregate, "enter-match")

// Stream implements [es.Command].
func (c EnterMatch) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c EnterMatch) Validate() error { return bothIDs(c.UserID, c.MatchID) }

// Decide gives [MatchEntered], nothing when the user is in the match already, or [ErrNoSuchUser], [ErrTooManyMatches].
func (c EnterMatch) Decide(u User, _ es.Env) ([]es.Event[User], error) {
	switch {
	case !u.exists():
		return nil, ErrNoSuchUser
	case slices.Contains(u.Matches, c.MatchID):
		return nil, nil
	case len(u.Matches) >= MaxMatches:
		return nil, ErrTooManyMatches
	}
	return []es.Event[User]{MatchEntered{
		MatchID: c.MatchID, UserID: c.UserID, Name: u.Name, Avatar: u.Avatar, Color: u.Color,
	}}, nil
}

func bothIDs(userID, matchID string) error {
	switch {
	case userID == "":
		return es.Invalid("userId", "whose match is it?")
	case matchID == "":
		return es.Invalid("matchId", "which match is it?")
	}
	return nil
}
