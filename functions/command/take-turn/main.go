// Command take-turn is the Lambda of the command take-turn.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Command(match.DoTakeTurn, sealing.Keys()) }
