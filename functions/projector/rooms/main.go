// Command rooms is the Lambda of the view rooms.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.Projector(room.Records.ViewDecl) }
