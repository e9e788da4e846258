// Command get-room is the Lambda of the query get-room.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Query(room.GetRoom) }
