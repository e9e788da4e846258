// Command match-mails is the Lambda of the saga match-mails.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/match"
)

func main() { cloud.MailingEventHandler(match.Mails) }
