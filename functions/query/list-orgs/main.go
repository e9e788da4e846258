// Command list-orgs is the Lambda of the query list-orgs.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Query(org.ListOrgs) }
