// Command list-top-wallets is the Lambda of the query list-top-wallets.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Query(wallet.ListTopWallets) }
