// Command set-match-result is the Lambda of the command set-match-result.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/tournament"
)

func main() { cloud.Command(tournament.DoSetMatchResult) }
