// Command users is the Lambda of the projector users.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Projector(user.Profiles.ViewDecl) }
