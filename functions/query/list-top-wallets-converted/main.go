// Command list-top-wallets-converted is the Lambda of the query list-top-wallets-converted.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Query(wallet.ListTopOfAll) }
