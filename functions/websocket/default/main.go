// Command default is the Lambda of the WebSocket's $default route.
package main

import (
	"github.com/foldstream/foldstream/cloud/pushing"
	"github.com/foldstream/foldstream/domain"
)

func main() { pushing.Messages(domain.App) }
