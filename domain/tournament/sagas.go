package tournament

import (
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/es"
)

// Joining has a team join the tournament that it was added to, and confirms it then. A team that does not join is taken
// out of the tournament again.
var Joining = es.NewSaga(
	"team-joining",
	es.React(Aggregate, func(e TeamAdded, m es.Meta) []es.Act {
		id := m.Stream.ID()
		return []es.Act{
			es.Send(team.DoJoinTournament, team.JoinTournament{TeamID: e.TeamID, TournamentID: id, Name: e.Tournament}).
				Else(func(r *es.Rejection) []es.Act {
					return []es.Act{es.Send(DoRemoveTeam, RemoveTeam{TournamentID: id, TeamID: e.TeamID, Entry: e.Entry, Reason: r.Code})}
				}),
			es.Send(DoConfirmTeam, ConfirmTeam{TournamentID: id, TeamID: e.TeamID}),
		}
	}),
)
