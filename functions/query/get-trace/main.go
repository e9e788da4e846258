// Command get-trace is the Lambda of the query get-trace.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Trace() }
