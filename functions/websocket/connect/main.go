// Command connect is the Lambda of the WebSocket's $connect route.
package main

import "github.com/foldstream/foldstream/cloud/connecting"

func main() { connecting.Connect() }
