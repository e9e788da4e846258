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

// ErrOtherFeed is the error of a checkpoint that belongs to another feed, whose positions mean something else.
var ErrOtherFeed = errors.New("the checkpoint is of another feed")

// Of is the checkpoint of one feed, whose name stands behind the position: a line of text, such as its system's URL. It
// refuses a file that has another name, and takes over one that has none.
func (f File) Of(feed string) Checkpoint { return named{f, feed} }

// Load implements [Checkpoint].
func (f File) Load(ctx context.Context) (uint64, error) { return f.Of("").Load(ctx) }

// Save implements [Checkpoint].
func (f File) Save(ctx context.Context, position uint64) error { return f.Of("").Save(ctx, position) }

type named struct {
	file File
	feed string // empty for none
}

// Load implements [Checkpoint].
func (n named) Load(context.Context) (uint64, error) {
	text, err := os.ReadFile(string(n.file))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	number, feed, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	position, err := strconv.ParseUint(number, 10, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s is no checkpoint: %w", n.file, err)
	case feed == "" || feed == n.feed:
		return position, nil
	case n.feed == "":
		return 0, fmt.Errorf("%s is at position %d of %s: %w", n.file, position, feed, ErrOtherFeed)
	default:
		return 0, fmt.Errorf("%s is at position %d of %s, not of %s: %w", n.file, position, feed, n.feed, ErrOtherFeed)
	}
}

// Save implements [Checkpoint].
func (n named) Save(_ context.Context, position uint64) error {
	folder := filepath.Dir(string(n.file))
	next, err := os.CreateTemp(folder, filepath.Base(string(n.file))+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(next.Name()) }() // it is gone when it was renamed
	_, err = fmt.Fprintln(next, strings.TrimSpace(fmt.Sprint(position, " ", n.feed)))
	if err = errors.Join(err, next.Sync(), next.Close()); err != nil {
		return fmt.Errorf("write %s: %w", next.Name(), err)
	}
	return os.Rename(next.Name(), string(n.file))
}
