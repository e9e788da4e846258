package tournament

import (
	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/es"
)

const maxID = 128 // characters

// AddTeam adds a team to a tournament. A saga sees to the rest: whether the team joins.
type AddTeam struct {
	TournamentID string    `json:"-" path:"tournamentId"`
	TeamID       string    `json:"teamId"`
	Team         team.Team `json:"-"` // as it is in the store at the moment
}

// DoAddTeam declares [AddTeam].
var DoAddTeam = es.Handles[AddTeam](Aggregate, "add-team", "POST /tournaments/{tournamentId}/teams", es.Asks(
	team.Aggregate,
	func(c AddTeam) string { return c.TeamID },
	func(c AddTeam, t team.Team) AddTeam {
		c.Team = t
		return c
	},
))

// Stream implements [es.Command].
func (c AddTeam) Stream() string { return c.TournamentID }

// Validate implements [es.Command].
func (c AddTeam) Validate() error {
	if n := len(c.TeamID); n < 1 || n > maxID {
		return es.Invalid("teamId", "a team's id has 1 to %d characters", maxID)
	}
	return nil
}

// Decide gives [TeamAdded], or [team.ErrTeamDoesNotExist], [ErrTournamentDoesNotExist], [ErrNotOrganiser],
// [ErrTeamAlreadyAdded], [ErrTournamentFull], [ErrTournamentAlreadyStarted].
func (c AddTeam) Decide(t Tournament, env es.Env) ([]es.Event[Tournament], error) {
	switch {
	case !c.Team.Exists():
		return nil, team.ErrTeamDoesNotExist
	case t.Status == "":
		return nil, ErrTournamentDoesNotExist
	case t.Organiser != env.Invoker.User:
		return nil, ErrNotOrganiser
	case t.entry(c.TeamID) >= 0:
		return nil, ErrTeamAlreadyAdded
	case len(t.Teams) >= fixture.Teams:
		return nil, ErrTournamentFull
	case t.Status != StatusOpen:
		return nil, ErrTournamentAlreadyStarted
	}
	return []es.Event[Tournament]{TeamAdded{TeamID: c.TeamID, Name: c.Team.Name, Tournament: t.Name, Entry: t.Entries + 1}}, nil
}
