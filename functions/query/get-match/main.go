// Command get-match is the Lambda of the query get-match.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Query(match.GetMatch) }
