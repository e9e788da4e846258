// Command list-user-matches is the Lambda of the query list-user-matches.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Query(match.ListUserMatches) }
