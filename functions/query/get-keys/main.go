// Command get-keys is the Lambda of the query get-keys.
package main

import "github.com/foldstream/foldstream/cloud/signing"

func main() { signing.Keys() }
