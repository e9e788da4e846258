// Command default is the Lambda of the WebSocket's $default route.
package main

import "github.com/foldstream/foldstream/cloud/pushing"

func main() { pushing.Messages() }
