// Package tournament is tournaments of eight teams: who takes part, how the matches end, and who is the champion.
//
// A tournament is run by whoever created it. Whether a team that is added joins is for the team to say, which is package
// team's; the saga of this package asks, and carries the answer back. The rules of the bracket itself are package fixture's.
package tournament

import (
	"slices"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/es"
)

// Status is how far a tournament has come. The zero value is that of a tournament that does not exist.
type Status string

// The statuses.
const (
	StatusOpen     Status = "open" // for teams
	StatusStarted  Status = "started"
	StatusFinished Status = "finished"
)

// Entry is a team in a tournament. It is confirmed when the team has joined. Until then the team may be taken out again, and
// the tournament does not start: no bracket has a team that is not there.
type Entry struct {
	TeamID    string
	Name      string
	Number    int // of the entry: a team that is added again has another
	Confirmed bool
}

// Tournament is the state of a tournament.
type Tournament struct {
	Name      string
	Organiser string
	Status    Status
	Teams     []Entry // in order of being added
	Entries   int     // so far
	Fixture   fixture.Fixture
}

// entry is the place of a team among the others, -1 if it is not there.
func (t Tournament) entry(teamID string) int {
	return slices.IndexFunc(t.Teams, func(e Entry) bool { return e.TeamID == teamID })
}

// confirmed are the ids of the teams that are sure to be there.
func (t Tournament) confirmed() []string {
	var ids []string
	for _, e := range t.Teams {
		if e.Confirmed {
			ids = append(ids, e.TeamID)
		}
	}
	return ids
}

// The refusals of tournaments.
var (
	ErrTournamentDoesNotExist   = es.NotFound("TournamentDoesNotExist", "there is no such tournament, or not yet")
	ErrTournamentAlreadyExists  = es.Conflict("TournamentAlreadyExists", "there is a tournament with this name; choose another")
	ErrNotOrganiser             = es.Forbidden("NotOrganiser", "only who created the tournament may run it")
	ErrTeamAlreadyAdded         = es.Conflict("TeamAlreadyAdded", "the team is in this tournament already")
	ErrTournamentFull           = es.Conflict("TournamentFull", "the tournament has all its eight teams")
	ErrNotEnoughTeams           = es.Conflict("NotEnoughTeams", "a tournament starts with eight teams that have joined, each a moment after being added")
	ErrTournamentAlreadyStarted = es.Conflict("TournamentAlreadyStarted", "the tournament has started")
	ErrTournamentNotStarted     = es.Conflict("TournamentNotStarted", "the tournament has not started yet")
	ErrMatchDoesNotExist        = es.NotFound("MatchDoesNotExist", "there is no such match in the current phase")
	ErrMatchAlreadyPlayed       = es.Conflict("MatchAlreadyPlayed", "the match has a result")
	ErrDrawNotAllowed           = &es.Rejection{Code: "DrawNotAllowed", Kind: es.KindInvalid, Field: "awayGoals", Detail: "one of the teams must win"}
)
