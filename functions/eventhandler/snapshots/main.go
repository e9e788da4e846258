// Command snapshots is the Lambda that takes snapshots of long streams. It names their aggregates, so that it links no others.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/domain/wallet"
)

func main() { cloud.Snapshots(room.Aggregate, wallet.Aggregate) }
