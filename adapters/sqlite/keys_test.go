package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
)

// TestForgottenKeysLeaveTheFiles looks for the bytes of keys in all files of the folder, while it is open.
func TestForgottenKeysLeaveTheFiles(t *testing.T) {
	dir := t.TempDir()
	server, guest := openIn(t, dir), openIn(t, dir, sqlite.Guest())
	var subjects []string
	for i := range 1000 {
		subjects = append(subjects, fmt.Sprint("subject-", i))
	}
	made, err := server.Keys(t.Context(), subjects, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, subject := range subjects {
		if i%10 != 0 {
			continue
		}
		if !inFiles(t, dir, made[subject].Key) {
			t.Fatal("the test does not find keys that are there")
		}
		if err := guest.Forget(t.Context(), engine.Forgetting{Subject: subject, By: "root"}); err != nil {
			t.Fatal(err)
		}
		if inFiles(t, dir, made[subject].Key) {
			t.Fatalf("the key of %s is still in a file", subject)
		}
	}
	left, err := server.Keys(t.Context(), subjects, true)
	if err != nil || !bytes.Equal(left["subject-1"].Key, made["subject-1"].Key) || left["subject-10"].Key != nil {
		t.Fatalf("other keys are not what they were, or forgotten ones are back; error %v", err)
	}
}

func inFiles(t *testing.T, dir string, bits []byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, bits) {
			return true
		}
	}
	return false
}
