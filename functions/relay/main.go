// Command relay is the Lambda that brings commits from the events table to the feed and the topic.
package main

import "github.com/foldstream/foldstream/cloud/relaying"

func main() { relaying.Relay() }
