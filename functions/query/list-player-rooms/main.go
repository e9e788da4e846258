// Command list-player-rooms is the Lambda of the query list-player-rooms.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Query(room.ListPlayerRooms) }
