// Command list-events is the Lambda of the query list-events.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
)

func main() { cloud.Events(sealing.Keys()) }
