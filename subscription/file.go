package subscription

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// File is a [Checkpoint] in a file of this path: the position as a decimal number. It is replaced as a whole, and synced.
type File string

// Load implements [Checkpoint].
func (f File) Load(context.Context) (uint64, error) {
	text, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	position, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is no checkpoint: %w", f, err)
	}
	return position, nil
}

// Save implements [Checkpoint].
func (f File) Save(_ context.Context, position uint64) error {
	folder := filepath.Dir(string(f))
	next, err := os.CreateTemp(folder, filepath.Base(string(f))+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(next.Name()) }() // it is gone when it was renamed
	_, err = fmt.Fprintln(next, position)
	if err = errors.Join(err, next.Sync(), next.Close()); err != nil {
		return fmt.Errorf("write %s: %w", next.Name(), err)
	}
	return os.Rename(next.Name(), string(f))
}
