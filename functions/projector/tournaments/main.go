// Command tournaments is the Lambda of the view tournaments.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Projector(tournament.Records.ViewDecl, searching.Index()) }
