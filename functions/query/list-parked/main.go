// Command list-parked is the Lambda of the query list-parked.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Parked() }
