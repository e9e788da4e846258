// Command set-user-name is the Lambda of the command set-user-name.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Command(user.DoSetName, sealing.Keys()) }
