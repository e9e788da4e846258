// Command player-payments is the Lambda of the saga player-payments.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/player"
)

func main() { cloud.EventHandler(player.Payments, sealing.Keys()) }
