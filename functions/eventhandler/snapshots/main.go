// Command snapshots is the Lambda that takes snapshots of long streams.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain"
)

func main() { cloud.Snapshots(domain.App) }
