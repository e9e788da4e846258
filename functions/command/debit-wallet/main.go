// Command debit-wallet is the Lambda of the command debit-wallet.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Command(wallet.DoDebit) }
