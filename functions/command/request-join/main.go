// Command request-join is the Lambda of the command request-join.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Command(match.DoRequestJoin, sealing.Keys()) }
