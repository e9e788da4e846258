// Command verify-store is the Lambda that takes what admins ask for by the route verify-store.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/queueing"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/handler"
)

func main() { cloud.Action(domain.App, handler.VerifyStore, queueing.Upkeep()) }
