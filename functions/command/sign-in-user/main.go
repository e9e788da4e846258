// Command sign-in-user is the Lambda of the command sign-in-user.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/org"
)

func main() { cloud.Command(org.DoSignIn) }
