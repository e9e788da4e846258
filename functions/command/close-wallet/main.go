// Command close-wallet is the Lambda of the command close-wallet.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Command(wallet.DoClose) }
