// Command players is the Lambda of the view players.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/player"
)

func main() { cloud.Projector(player.Profiles.ViewDecl, sealing.Keys()) }
