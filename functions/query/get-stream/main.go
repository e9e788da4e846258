// Command get-stream is the Lambda of the query get-stream.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain"
)

func main() { cloud.Stream(domain.App, sealing.Keys()) }
