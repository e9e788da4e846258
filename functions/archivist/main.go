// Command archivist is the Lambda that copies the feed to the archive.
package main

import "github.com/foldstream/foldstream/cloud/archiving"

func main() { archiving.Archivist() }
