// Command list-teams is the Lambda of the query list-teams.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Query(team.ListTeams) }
