package wallet

import (
	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/es"
)

// Context lists the declarations of this package and of package button.
var Context = es.Context{
	Name:       "wallets",
	Aggregates: []es.Folder{Aggregate, button.Aggregate},
	Commands: []*es.CommandDecl{
		DoOpen, DoCredit, DoDebit, DoTransfer, DoClose, DoReceive, DoResolve, DoSettle, DoChase, button.DoClick,
	},
	Views: []*es.ViewDecl{Records.ViewDecl, ButtonCreditors.ViewDecl},
	Queries: []*es.QueryDecl{
		GetWallet, ListOpenWallets, ListUserWallets, ListTopWallets, ListTopOfAll, ListButtonCreditors,
	},
	Sagas: []*es.Saga{Transfers},
}
