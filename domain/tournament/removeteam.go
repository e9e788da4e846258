package tournament

import "github.com/foldstream/foldstream/es"

// RemoveTeam takes out a team that was added and does not join. Only sagas send it. It cannot come too
// late: a tournament starts with confirmed teams only.
type RemoveTeam struct {
	TournamentID string `json:"tournamentId"`
	TeamID       string `json:"teamId"`
	Entry        int    `json:"entry"`  // by which the team was added
	Reason       string `json:"reason"` // the code of the refusal
}

// DoRemoveTeam declares [RemoveTeam].
var DoRemoveTeam = es.Internal[RemoveTeam](Aggregate, "remove-team")

// Stream implements [es.Command].
func (c RemoveTeam) Stream() string { return c.TournamentID }

// Validate implements [es.Command].
func (c RemoveTeam) Validate() error { return bothIDs(c.TournamentID, c.TeamID) }

// Decide gives [TeamRemoved], or nothing when the team is not there by this entry any more, or is confirmed.
func (c RemoveTeam) Decide(t Tournament, _ es.Env) ([]es.Event[Tournament], error) {
	i := t.entry(c.TeamID)
	if i < 0 || t.Teams[i].Number != c.Entry || t.Teams[i].Confirmed {
		return nil, nil
	}
	return []es.Event[Tournament]{TeamRemoved{TeamID: c.TeamID, Name: t.Teams[i].Name, Reason: c.Reason}}, nil
}
