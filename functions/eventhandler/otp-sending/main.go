// Command otp-sending is the Lambda of the saga otp-sending.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/mailing"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/secrecy"
	"github.com/foldstream/foldstream/cloud/texting"
	"github.com/foldstream/foldstream/domain/otp"
)

func main() {
	cloud.EventHandler(otp.Sending, secrecy.Secret(), mailing.Mails(), texting.Texts(), sealing.Keys())
}
