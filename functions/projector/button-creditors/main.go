// Command button-creditors is the Lambda of the view button-creditors.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Projector(wallet.ButtonCreditors.ViewDecl) }
