// Command list-open-matches is the Lambda of the query list-open-matches.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.Query(match.ListOpenMatches) }
