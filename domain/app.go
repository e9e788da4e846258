// Package domain lists what the system is about: its bounded contexts, each declared in packages of its own.
package domain

import (
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/organisations"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
)

// App is everything that is declared. The Lambdas, the local runtime, the stacks and the API's description come from it.
var App = es.NewApp(
	identity.Context,
	match.Context,
	organisations.Context,
	room.Context,
	tournament.Context,
	wallet.Context,
).Rewriting(Leaner)
