// Command get-wallet is the Lambda of the query get-wallet.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Query(wallet.GetWallet) }
