// Command match-deadlines is the Lambda of the saga match-deadlines.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/timing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.EventHandler(match.Deadlines, timing.Timers(), sealing.Keys()) }
