// Command search-users is the Lambda of the query search-users.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/domain/user"
)

func main() { cloud.Query(user.SearchUsers, searching.Index()) }
