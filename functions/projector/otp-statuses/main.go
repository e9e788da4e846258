// Command otp-statuses is the Lambda of the view otp-statuses.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/otp"
)

func main() { cloud.Projector(otp.Statuses.ViewDecl, sealing.Keys()) }
