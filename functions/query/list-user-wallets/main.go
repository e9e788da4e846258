// Command list-user-wallets is the Lambda of the query list-user-wallets.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Query(wallet.ListUserWallets) }
