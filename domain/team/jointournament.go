package team

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// JoinTournament has a team take part in a tournament that it has been added to. Only sagas send it.
type JoinTournament struct {
	TeamID       string `json:"teamId"`
	TournamentID string `json:"tournamentId"`
	Name         string `json:"name"` // of the tournament
}

// DoJoinTournament declares [JoinTournament].
var DoJoinTournament = es.Internal[JoinTournament](Aggregate, "join-tournament")

// Stream implements [es.Command].
func (c JoinTournament) Stream() string { return c.TeamID }

// Validate implements [es.Command].
func (c JoinTournament) Validate() error {
	switch {
	case c.TeamID == "":
		return es.Invalid("teamId", "which team is it?")
	case c.TournamentID == "":
		return es.Invalid("tournamentId", "which tournament is it?")
	}
	return nil
}

// Decide gives [TournamentJoined], nothing when the team is in the tournament already, or [ErrTeamDoesNotExist],
// [ErrTeamNotAvailable].
func (c JoinTournament) Decide(t Team, _ es.Env) ([]es.Event[Team], error) {
	switch {
	case !t.Exists():
		return nil, ErrTeamDoesNotExist
	case slices.Contains(t.Tournaments, c.TournamentID):
		return nil, nil
	case t.Unavailable:
		return nil, ErrTeamNotAvailable
	}
	return []es.Event[Team]{TournamentJoined{Tournament{ID: c.TournamentID, Name: c.Name}}}, nil
}
