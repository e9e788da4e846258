// Command create-user is the Lambda of the command create-user.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Command(user.DoCreate, sealing.Keys()) }
