// Command open-wallet is the Lambda of the command open-wallet.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Command(wallet.DoOpen) }
