// Command wallet-transfers is the Lambda of the saga wallet-transfers.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/timing"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.EventHandler(wallet.Transfers, timing.Timers()) }
