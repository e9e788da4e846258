package main

import (
	"slices"
	"strings"
	"testing"
)

// TestNetsAreTheQueuesThatNobodyReads: what the topology lists as last nets, by which operators look after them, are just the
// queues of the stacks that no function reads.
func TestNetsAreTheQueuesThatNobodyReads(t *testing.T) {
	var want []string
	for _, f := range dev.functions() {
		for _, n := range f.Nets() {
			name := n.Name
			if n.FIFO {
				name += ".fifo"
			}
			want = append(want, name)
		}
	}
	var got []string
	for _, queue := range dev.all("AWS::SQS::Queue") {
		name := strings.TrimPrefix(queue.text("QueueName"), "foldstream-dev-")
		if strings.HasSuffix(strings.TrimSuffix(name, ".fifo"), "-dead") || strings.HasSuffix(name, "-failures") {
			got = append(got, name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the stacks have %v, the topology lists %v", got, want)
	}
}
