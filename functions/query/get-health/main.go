// Command get-health is the Lambda of the query get-health.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Health() }
