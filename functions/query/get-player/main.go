// Command get-player is the Lambda of the query get-player.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/player"
)

func main() { cloud.Query(player.GetPlayer) }
