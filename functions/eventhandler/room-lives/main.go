// Command room-lives is the Lambda of the saga room-lives.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/room"
)

func main() { cloud.EventHandler(room.Lives, sealing.Keys()) }
