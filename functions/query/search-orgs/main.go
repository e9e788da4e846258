// Command search-orgs is the Lambda of the query search-orgs.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Query(org.SearchOrgs, searching.Index()) }
