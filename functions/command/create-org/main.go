// Command create-org is the Lambda of the command create-org.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Command(org.DoCreate) }
