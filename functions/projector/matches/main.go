// Command matches is the Lambda of the view matches.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Projector(match.Records.ViewDecl, sealing.Keys()) }
