// Command add-players is the Lambda of the command add-players.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Command(team.DoAddPlayers, sealing.Keys()) }
