package room

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/es"
)

// Context lists the declarations of this package and of packages account and player.
var Context = es.Context{
	Name:       "arcade",
	Aggregates: []es.Folder{account.Aggregate, player.Aggregate, Aggregate},
	Commands: []*es.CommandDecl{
		account.DoSignUp, account.DoLogIn,
		player.DoReceivePayment, player.DoGrantLives, player.DoDie, player.DoSpendLife, player.DoExitGame,
		DoOpen, DoAct, DoHear, DoRespawn, DoEject, DoTick,
	},
	Views:     []*es.ViewDecl{player.Profiles.ViewDecl, Records.ViewDecl},
	Queries:   []*es.QueryDecl{player.GetPlayer, GetRoom, ListOpenRooms, ListPlayerRooms},
	Sagas:     []*es.Saga{player.Payments, Attention, Lives, Clock},
	Listeners: []*es.Listener{Ears},
}
