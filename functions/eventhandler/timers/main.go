// Command timers is the Lambda that runs the timers that are due.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/secrecy"
	"github.com/foldstream/foldstream/domain"
)

func main() { cloud.Errands(domain.App, secrecy.Secret(), sealing.Keys()) }
