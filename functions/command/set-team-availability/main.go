// Command set-team-availability is the Lambda of the command set-team-availability.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/team"
)

func main() { cloud.Command(team.DoSetAvailability, sealing.Keys()) }
