// Command list-sign-ins is the Lambda of the query list-sign-ins.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Query(org.ListSignIns) }
