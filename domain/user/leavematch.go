package user

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// LeaveMatch frees the place of a match that is over or did not come about. Only sagas send it.
type LeaveMatch struct {
	UserID  string `json:"userId"`
	MatchID string `json:"matchId"`
	Reason  string `json:"reason"` // a status, or the code of a refusal
}

// DoLeaveMatch declares [LeaveMatch].
var DoLeaveMatch = es.Internal[LeaveMatch](Aggregate, "leave-match")

// Stream implements [es.Command].
func (c LeaveMatch) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c LeaveMatch) Validate() error { return bothIDs(c.UserID, c.MatchID) }

// Decide gives [MatchLeft], or nothing when the user is not in the match. It never refuses: a saga stops at a refusal,
// and would leave the places of the other players taken.
func (c LeaveMatch) Decide(u User, _ es.Env) ([]es.Event[User], error) {
	if !slices.Contains(u.Matches, c.MatchID) {
		return nil, nil
	}
	return []es.Event[User]{MatchLeft{MatchID: c.MatchID, Reason: c.Reason}}, nil
}
