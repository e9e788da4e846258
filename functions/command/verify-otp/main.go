// Command verify-otp is the Lambda of the command verify-otp.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/secrecy"
	"github.com/foldstream/foldstream/cloud/signing"
	"github.com/foldstream/foldstream/domain/otp"
)

func main() { cloud.Command(otp.DoVerify, secrecy.Secret(), signing.Tokens(), sealing.Keys()) }
