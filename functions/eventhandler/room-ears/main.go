// Command room-ears is the Lambda of the listener room-ears.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/timing"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Listener(room.Ears, timing.Timers(), sealing.Keys()) }
