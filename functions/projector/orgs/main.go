// Command orgs is the Lambda of the view orgs.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Projector(org.Records.ViewDecl, searching.Index()) }
