// Command get-team is the Lambda of the query get-team.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Query(team.GetTeam) }
