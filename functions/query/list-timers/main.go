// Command list-timers is the Lambda of the query list-timers.
package main

import "github.com/foldstream/foldstream/cloud/timing"

func main() { timing.Upcoming() }
