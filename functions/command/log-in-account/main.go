// Command log-in-account is the Lambda of the command log-in-account.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/signing"
	"github.com/foldstream/foldstream/domain/account"
)

func main() { cloud.Command(account.DoLogIn, signing.Tokens(), sealing.Keys()) }
