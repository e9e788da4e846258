// Command sign-ins is the Lambda of the view sign-ins.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Projector(org.SignInRecords.ViewDecl) }
