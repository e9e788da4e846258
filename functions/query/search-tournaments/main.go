// Command search-tournaments is the Lambda of the query search-tournaments.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Query(tournament.SearchTournaments, searching.Index()) }
