// Command get-trace is the Lambda of the query get-trace.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
)

func main() { cloud.Trace(sealing.Keys()) }
