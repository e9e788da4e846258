// Command team-joining is the Lambda of the saga team-joining.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.EventHandler(tournament.Joining, sealing.Keys()) }
