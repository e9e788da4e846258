// Command teams is the Lambda of the view teams.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Projector(team.Records.ViewDecl, searching.Index(), sealing.Keys()) }
