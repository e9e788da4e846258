// Command disconnect is the Lambda of the WebSocket's $disconnect route.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Disconnect() }
