// Command get-org is the Lambda of the query get-org.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Query(org.GetOrg) }
