// Command act-in-room is the Lambda of the command act-in-room.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/queueing"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Command(room.DoAct, queueing.Inbox()) }
