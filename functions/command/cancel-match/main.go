// Command cancel-match is the Lambda of the command cancel-match.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Command(match.DoCancel, sealing.Keys()) }
