// Command default is the Lambda of the WebSocket's $default route.
package main

import (
	"github.com/foldstream/foldstream/cloud/pushing"
	"github.com/foldstream/foldstream/cloud/sealing"
)

func main() { pushing.Messages(sealing.Keys()) }
