// Command start-tournament is the Lambda of the command start-tournament.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Command(tournament.DoStart) }
