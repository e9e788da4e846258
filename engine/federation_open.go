package engine

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/foldstream/foldstream/es"
)

// openEras are the manifests and parts of archived eras that were read last, up to so many bytes of them.
type openEras struct {
	archive Archive
	most    int

	mu    sync.Mutex
	files *simplelru.LRU[string, openFile]
	bytes int
}

// openFile is a manifest or a part, by its name.
type openFile struct {
	manifest *EraManifest
	commits  []es.Commit
	bytes    int // that it takes in memory, about
}

func newOpenEras(archive Archive, most int) *openEras {
	o := &openEras{archive: archive, most: most}
	files, err := simplelru.NewLRU(math.MaxInt, func(_ string, f openFile) { o.bytes -= f.bytes })
	if err != nil {
		panic(err) // the size is positive
	}
	o.files = files
	return o
}

// once gives a file that is in memory, or reads it. Two who ask at the same time may both read it.
func (o *openEras) once(name string, read func() (openFile, error)) (openFile, error) {
	o.mu.Lock()
	f, known := o.files.Get(name)
	o.mu.Unlock()
	if known {
		return f, nil
	}
	f, err := read()
	if err != nil {
		return f, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.files.Contains(name) {
		o.files.Add(name, f)
		o.bytes += f.bytes
	}
	for o.bytes > o.most && o.files.Len() > 1 {
		o.files.RemoveOldest()
	}
	return f, nil
}

func (o *openEras) manifest(ctx context.Context, stream es.StreamID, era int) (*EraManifest, error) {
	f, err := o.once(manifestName(stream, era), func() (openFile, error) {
		m, err := readManifest(ctx, o.archive, stream, era)
		if err != nil {
			return openFile{}, err
		}
		return openFile{manifest: m, bytes: commitBytes * (1 + len(m.Parts))}, nil
	})
	return f.manifest, err
}

// part gives the commits of the n-th part of an era. They must not be changed.
func (o *openEras) part(ctx context.Context, m *EraManifest, n int) ([]es.Commit, error) {
	f, err := o.once(m.Parts[n].Name, func() (openFile, error) {
		commits, err := m.open(ctx, o.archive, m.Parts[n])
		f := openFile{commits: commits}
		for _, c := range commits {
			f.bytes += commitBytes + dataBytes(c)
		}
		return f, err
	})
	return f.commits, err
}

// commit gives the commit of an era that begins at a version.
func (o *openEras) commit(ctx context.Context, stream es.StreamID, era int, version uint64) (es.Commit, error) {
	m, err := o.manifest(ctx, stream, era)
	if err != nil {
		return es.Commit{}, err
	}
	n, _ := slices.BinarySearchFunc(m.Parts, version, func(p EraPart, v uint64) int {
		if p.Last < v {
			return -1
		}
		return 1
	})
	if n < len(m.Parts) {
		commits, err := o.part(ctx, m, n)
		if err != nil {
			return es.Commit{}, err
		}
		at, found := slices.BinarySearchFunc(commits, version, func(c es.Commit, v uint64) int { return int(c.Version) - int(v) })
		if found {
			return commits[at], nil
		}
	}
	return es.Commit{}, m.fault(fmt.Errorf("it has no commit at version %d", version))
}
