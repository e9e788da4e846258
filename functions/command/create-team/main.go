// Command create-team is the Lambda of the command create-team.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Command(team.DoCreate, sealing.Keys()) }
