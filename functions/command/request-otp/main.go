// Command request-otp is the Lambda of the command request-otp.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/secrecy"
	"github.com/foldstream/foldstream/domain/otp"
)

func main() { cloud.Command(otp.DoRequest, secrecy.Secret(), sealing.Keys()) }
