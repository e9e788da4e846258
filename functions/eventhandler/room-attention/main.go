// Command room-attention is the Lambda of the saga room-attention.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.EventHandler(room.Attention, sealing.Keys()) }
