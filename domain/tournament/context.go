package tournament

import (
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/es"
)

// Context lists the declarations of this package and of package team.
var Context = es.Context{
	Name:       "tournaments",
	Aggregates: []es.Folder{team.Aggregate, Aggregate},
	Commands: []*es.CommandDecl{
		team.DoCreate, team.DoAddPlayers, team.DoSetAvailability, team.DoJoinTournament,
		DoCreate, DoAddTeam, DoConfirmTeam, DoRemoveTeam, DoStart, DoSetMatchResult,
	},
	Views: []*es.ViewDecl{team.Records.ViewDecl, Records.ViewDecl},
	Queries: []*es.QueryDecl{
		team.GetTeam, team.ListTeams, team.SearchTeams,
		GetTournament, ListTournaments, SearchTournaments,
	},
	Sagas: []*es.Saga{Joining},
}
