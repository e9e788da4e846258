// Command register is the Lambda of the command register.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/identity"
)

func main() { cloud.Command(identity.DoRegister, sealing.Keys()) }
