// Package folder keeps an archive in a folder of this machine.
package folder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/foldstream/foldstream/engine"
)

// Archive implements [engine.Archive]. Several processes may use one folder.
type Archive struct {
	Dir string // made when it is not there
}

var _ engine.Archive = (*Archive)(nil)

// unfinished is what files begin with that are being written.
const unfinished = ".unfinished-"

// Put implements [engine.Archive]. The file is written beside its place, and then linked to it, which fails if there is one.
func (a *Archive) Put(ctx context.Context, name string, content []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := a.path(name)
	if err != nil {
		return nil, err
	}
	err = place(path, content)
	if errors.Is(err, fs.ErrExist) {
		return a.Get(ctx, name)
	}
	if err != nil {
		return nil, fmt.Errorf("put %s into the archive: %w", name, err)
	}
	return bytes.Clone(content), nil
}

// place makes a file that is whole, durable and not there yet.
func place(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // at worst a file stays that nobody lists
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Get implements [engine.Archive].
func (a *Archive) Get(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := a.path(name)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("get %s: %w", name, engine.ErrNoFile)
	}
	if err != nil {
		return nil, fmt.Errorf("get %s from the archive: %w", name, err)
	}
	return content, nil
}

// List implements [engine.Archive].
func (a *Archive) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := a.names(ctx, prefix)
		if err != nil {
			yield("", fmt.Errorf("list %s of the archive: %w", prefix, err))
			return
		}
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// names are sorted as a whole: a walk goes by folders, which is another order.
func (a *Archive) names(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(a.Dir), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // nothing has been archived yet, or somebody has finished a file
		case err != nil:
			return err
		case entry.IsDir() && name != "." && !strings.HasPrefix(name+"/", prefix) && !strings.HasPrefix(prefix, name+"/"):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasPrefix(name, prefix) && !strings.HasPrefix(entry.Name(), unfinished):
			names = append(names, name)
		}
		return ctx.Err()
	})
	slices.Sort(names)
	return names, err
}

// path is where a file is. Names lead nowhere else.
func (a *Archive) path(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", fmt.Errorf("%q is no name of a file in an archive", name)
	}
	return filepath.Join(a.Dir, filepath.FromSlash(name)), nil
}
