// Command get-otp-status is the Lambda of the query get-otp-status.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/otp"
)

func main() { cloud.Query(otp.GetStatus) }
