// Command get-system is the Lambda of the query get-system.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.System() }
