// Command exit-game is the Lambda of the command exit-game.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/player"
)

func main() { cloud.Command(player.DoExitGame, sealing.Keys()) }
