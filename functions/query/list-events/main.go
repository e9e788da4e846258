// Command list-events is the Lambda of the query list-events.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Events() }
