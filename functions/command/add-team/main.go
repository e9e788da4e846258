// Command add-team is the Lambda of the command add-team.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Command(tournament.DoAddTeam, sealing.Keys()) }
