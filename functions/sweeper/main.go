// Command sweeper is the Lambda that finds what the relay missed.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Sweeper() }
