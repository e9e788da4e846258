// Command get-tournament is the Lambda of the query get-tournament.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Query(tournament.GetTournament) }
