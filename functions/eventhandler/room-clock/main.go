// Command room-clock is the Lambda of the saga room-clock.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/timing"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.EventHandler(room.Clock, timing.Timers(), sealing.Keys()) }
