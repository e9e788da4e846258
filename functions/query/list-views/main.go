// Command list-views is the Lambda of the query list-views.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/queueing"
	"github.com/foldstream/foldstream/domain"
)

func main() { cloud.Views(domain.App, queueing.Backlogs()) }
