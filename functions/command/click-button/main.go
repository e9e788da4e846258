// Command click-button is the Lambda of the command click-button.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/button"
)

func main() { cloud.Command(button.DoClick) }
