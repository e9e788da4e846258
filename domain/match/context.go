package match

import (
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/es"
)

// Context lists the declarations of this package and of package user.
var Context = es.Context{
	Name:       "dots-and-boxes",
	Aggregates: []es.Folder{user.Aggregate, Aggregate},
	Commands: []*es.CommandDecl{
		user.DoCreate, user.DoSetName, user.DoRequestMatch, user.DoEnterMatch, user.DoLeaveMatch,
		DoCreate, DoRequestJoin, DoJoin, DoCancel, DoTakeTurn, DoForfeitTurn,
	},
	Views:   []*es.ViewDecl{user.Profiles.ViewDecl, Records.ViewDecl},
	Queries: []*es.QueryDecl{user.GetUser, user.SearchUsers, GetMatch, ListOpenMatches, ListUserMatches},
	Sagas:   []*es.Saga{Creation, Joining, Ending, Mails, Deadlines},
}
