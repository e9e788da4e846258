// Command list-tournaments is the Lambda of the query list-tournaments.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Query(tournament.ListTournaments) }
