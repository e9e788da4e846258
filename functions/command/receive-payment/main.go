// Command receive-payment is the Lambda of the command receive-payment.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/player"
)

func main() { cloud.Command(player.DoReceivePayment, sealing.Keys()) }
