// Command list-open-wallets is the Lambda of the query list-open-wallets.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Query(wallet.ListOpenWallets) }
