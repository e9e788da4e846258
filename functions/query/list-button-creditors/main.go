// Command list-button-creditors is the Lambda of the query list-button-creditors.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Query(wallet.ListButtonCreditors) }
