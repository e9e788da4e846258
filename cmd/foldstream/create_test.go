package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// writes names, in the environment, the file that TestAFileIsWholeOrNotThere has another process write.
const writes = "FOLDSTREAM_TEST_WRITES"

// TestAFileIsWholeOrNotThere has a process of its own write a file, and end in the middle of it.
func TestAFileIsWholeOrNotThere(t *testing.T) {
	if file := os.Getenv(writes); file != "" {
		writeHalf(t, file)
		return
	}
	home := lived(t, 1)
	for name, c := range map[string]struct {
		signal os.Signal
		left   int
	}{"interrupted": {os.Interrupt, 0}, "terminated": {syscall.SIGTERM, 0}, "killed": {os.Kill, 1}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "store.jsonl.gz")
			for range 2 {
				end := writing(t, file)
				says(t, foldstream(t, "export", file, "--data", home), "failed: ", "store.jsonl.gz.part is being written by somebody else")
				end(c.signal)
				if left := entries(t, dir); len(left) != c.left {
					t.Fatalf("it leaves %v", left)
				}
			}
			says(t, foldstream(t, "export", file, "--data", home), "5 commits")
			if left := entries(t, dir); len(left) != 1 || left[0].Name() != "store.jsonl.gz" {
				t.Errorf("in the folder are %v", left)
			}
			says(t, foldstream(t, "import", file, "--dry-run", "--data", t.TempDir()), "The file is whole")
			says(t, foldstream(t, "export", file, "--data", home), "failed: ", "is there already")
		})
	}
}

// writeHalf writes half a file, says so, and waits to be stopped, as the program does.
func writeHalf(t *testing.T, file string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := create(file, func(w io.Writer) error {
		if _, err := io.CopyN(w, rand.Reader, 1<<20); err != nil { // more than the whole file will have
			return err
		}
		fmt.Println("it has begun")
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// writing starts such a process, and gives what ends it.
func writing(t *testing.T, file string) (end func(os.Signal)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	program := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestAFileIsWholeOrNotThere$")
	program.Env = append(os.Environ(), writes+"="+file)
	out, err := program.StdoutPipe()
	if err == nil {
		err = program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if said, err := lines.ReadString('\n'); err != nil || said != "it has begun\n" {
		t.Fatalf("it says %q, %v", said, err)
	}
	return func(with os.Signal) {
		defer cancel()
		if err := program.Process.Signal(with); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, lines); err != nil {
			t.Fatal(err)
		}
		if err := program.Wait(); (err != nil) != (with == os.Kill) {
			t.Fatalf("it ends with %v", err)
		}
	}
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
