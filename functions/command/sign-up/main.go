// Command sign-up is the Lambda of the command sign-up.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/account"
)

func main() { cloud.Command(account.DoSignUp, sealing.Keys()) }
