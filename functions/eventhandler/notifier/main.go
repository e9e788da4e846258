// Command notifier is the Lambda that tells clients what came of their requests.
package main

import (
	"github.com/foldstream/foldstream/cloud/pushing"
	"github.com/foldstream/foldstream/cloud/sealing"
)

func main() { pushing.Notifier(sealing.Keys()) }
