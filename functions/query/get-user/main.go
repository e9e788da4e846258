// Command get-user is the Lambda of the query get-user.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Query(user.GetUser) }
