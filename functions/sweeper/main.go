// Command sweeper is the Lambda that finds what the relay missed.
package main

import "github.com/foldstream/foldstream/cloud/relaying"

func main() { relaying.Sweeper() }
