// Command wallets is the Lambda of the view wallets.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Projector(wallet.Records.ViewDecl) }
