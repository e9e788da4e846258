// Command match-mails is the Lambda of the saga match-mails.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/mailing"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.EventHandler(match.Mails, mailing.Mails(), sealing.Keys()) }
