// Command match-joining is the Lambda of the saga match-joining.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.EventHandler(match.Joining, sealing.Keys()) }
