// Command open-room is the Lambda of the command open-room.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/queueing"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Command(room.DoOpen, queueing.Inbox()) }
