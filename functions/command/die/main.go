// Command die is the Lambda of the command die.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/player"
)

func main() { cloud.Command(player.DoDie, sealing.Keys()) }
