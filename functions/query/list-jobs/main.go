// Command list-jobs is the Lambda of the query list-jobs.
package main

import "github.com/foldstream/foldstream/cloud"

func main() { cloud.Jobs() }
