package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFollowKeepsToItsFeed points a checkpoint of one system to another.
func TestFollowKeepsToItsFeed(t *testing.T) {
	t.Setenv("FOLDSTREAM_TOKEN", "a token")
	file := filepath.Join(t.TempDir(), "position")
	if err := os.WriteFile(file, []byte("5 https://one.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, foldstream(t, "follow", "https://other.example/", "--checkpoint", file),
		"failed: load the checkpoint: ", "is at position 5 of https://one.example, not of https://other.example")
}
