// Command log-in is the Lambda of the command log-in.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/signing"
	"github.com/foldstream/foldstream/domain/identity"
)

func main() { cloud.Command(identity.DoLogIn, signing.Tokens(), sealing.Keys()) }
