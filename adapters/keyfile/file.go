package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExposed is the error of a key file that others than its owner may read or write.
var ErrExposed = errors.New("the key file is open to others; chmod 600 it, or better make a new key")

// open reads a key file, which it makes with new content when it is not there.
func open(path string, content func() ([]byte, error)) ([]byte, error) {
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path, content); err != nil {
			return nil, fmt.Errorf("make the key file: %w", err)
		}
		text, err = read(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	return text, nil
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrExposed)
	}
	return os.ReadFile(path)
}

// create makes the file. If another process does the same at the same moment the content of one of the two stays.
func create(path string, content func() ([]byte, error)) error {
	text, err := content()
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		// A link appears at once with all of its content, and unlike a rename replaces nothing.
		err = os.Link(file.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(file.Name()))
}
