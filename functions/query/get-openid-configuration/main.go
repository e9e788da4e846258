// Command get-openid-configuration is the Lambda of the query get-openid-configuration.
package main

import "github.com/foldstream/foldstream/cloud/signing"

func main() { signing.Discovery() }
