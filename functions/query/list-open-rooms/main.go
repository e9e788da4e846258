// Command list-open-rooms is the Lambda of the query list-open-rooms.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Query(room.ListOpenRooms) }
