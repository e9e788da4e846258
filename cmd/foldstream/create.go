package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// create makes a file that is there as a whole or not at all, and can be read by nobody else. Until it is whole it is at
// FILE.part; what a process that was killed has left there is written anew.
func create(file string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s is there already", file)
	}
	part, err := own(file + ".part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part.Name()))
		}
		err = errors.Join(err, part.Close()) // which lets others have the name
	}()
	if err := errors.Join(compressed(file, part, write), part.Sync()); err != nil {
		return err
	}
	return os.Rename(part.Name(), file)
}

// own opens an empty file that nobody else is writing. The kernel gives it back when the process ends, however it ends.
func own(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || err == nil && !is(file, name) {
		err = fmt.Errorf("%s is being written by somebody else", name)
	}
	if err == nil {
		err = errors.Join(file.Chmod(0o600), file.Truncate(0))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// is reports whether an open file still has its name, which the one who wrote it before takes away.
func is(file *os.File, name string) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(opened, named)
}

func compressed(file string, to io.Writer, write func(io.Writer) error) error {
	if !strings.HasSuffix(file, ".gz") {
		return write(to)
	}
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	return errors.Join(write(zip), zip.Close())
}
