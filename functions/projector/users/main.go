// Command users is the Lambda of the view users.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Projector(user.Profiles.ViewDecl, searching.Index(), sealing.Keys()) }
