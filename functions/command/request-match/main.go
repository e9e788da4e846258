// Command request-match is the Lambda of the command request-match.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Command(user.DoRequestMatch, sealing.Keys()) }
