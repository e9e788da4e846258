// Command transfer is the Lambda of the command transfer.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Command(wallet.DoTransfer) }
