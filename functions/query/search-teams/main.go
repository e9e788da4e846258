// Command search-teams is the Lambda of the query search-teams.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Query(team.SearchTeams, searching.Index()) }
