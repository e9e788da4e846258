// Command revoke-role is the Lambda of the command revoke-role.
package main

import (
	"github.com/foldstream/foldstream/cloud"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/domain/identity"
)

func main() { cloud.Command(identity.DoRevokeRole, sealing.Keys()) }
