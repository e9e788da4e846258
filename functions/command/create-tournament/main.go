// Command create-tournament is the Lambda of the command create-tournament.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Command(tournament.DoCreate) }
