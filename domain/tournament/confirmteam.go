package tournament

import "github.com/foldstream/foldstream/es"

// ConfirmTeam makes sure of a team that has joined. Only sagas send it.
type ConfirmTeam struct {
	TournamentID string `json:"tournamentId"`
	TeamID       string `json:"teamId"`
}

// DoConfirmTeam declares [ConfirmTeam].
var DoConfirmTeam = es.Internal[ConfirmTeam](Aggregate, "confirm-team")

// Stream implements [es.Command].
func (c ConfirmTeam) Stream() string { return c.TournamentID }

// Validate implements [es.Command].
func (c ConfirmTeam) Validate() error { return bothIDs(c.TournamentID, c.TeamID) }

// Decide gives [TeamConfirmed], or nothing when that is so already. A team that has joined is always there.
func (c ConfirmTeam) Decide(t Tournament, _ es.Env) ([]es.Event[Tournament], error) {
	i := t.entry(c.TeamID)
	if i < 0 || t.Teams[i].Confirmed {
		return nil, nil
	}
	return []es.Event[Tournament]{TeamConfirmed{TeamID: c.TeamID}}, nil
}

func bothIDs(tournamentID, teamID string) error {
	switch {
	case tournamentID == "":
		return es.Invalid("tournamentId", "which tournament is it?")
	case teamID == "":
		return es.Invalid("teamId", "which team is it?")
	}
	return nil
}
