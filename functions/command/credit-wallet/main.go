// Command credit-wallet is the Lambda of the command credit-wallet.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Command(wallet.DoCredit) }
