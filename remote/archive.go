package remote

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/engine"
)

// lateArchive is the archive of a stage, which its stacks tell of, looked for when it is used.
type lateArchive struct {
	around *surroundings

	mu    sync.Mutex
	found *s3.Archive
}

func (s *surroundings) archive() engine.Archive { return &lateArchive{around: s} }

func (l *lateArchive) get(ctx context.Context) (*s3.Archive, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.found != nil {
		return l.found, nil
	}
	told, err := Outputs(ctx, l.around.cfg, l.around.stage, "shared")
	if err != nil {
		return nil, err
	}
	bucket := told["ArchiveBucket"]
	if bucket == "" {
		return nil, fmt.Errorf("the stage %s has no archive: deploy it with -c archive=on", l.around.stage)
	}
	l.found = &s3.Archive{Client: s3.NewClient(l.around.cfg), Bucket: bucket}
	return l.found, nil
}

// Put implements [engine.Archive].
func (l *lateArchive) Put(ctx context.Context, name string, content []byte) ([]byte, error) {
	archive, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return archive.Put(ctx, name, content)
}

// Get implements [engine.Archive].
func (l *lateArchive) Get(ctx context.Context, name string) ([]byte, error) {
	archive, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return archive.Get(ctx, name)
}

// List implements [engine.Archive].
func (l *lateArchive) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		archive, err := l.get(ctx)
		if err != nil {
			yield("", err)
			return
		}
		for name, err := range archive.List(ctx, prefix) {
			if !yield(name, err) {
				return
			}
		}
	}
}
