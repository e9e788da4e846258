// Command list-streams is the Lambda of the query list-streams.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Streams() }
