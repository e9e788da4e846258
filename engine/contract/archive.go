package contract

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
)

// Archive tests an [engine.Archive].
func Archive(t *testing.T, open func(t *testing.T) engine.Archive) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Archive)
	}{
		{"what is put is there, byte for byte", archiveKeeps},
		{"what is there stays, and is given back", archiveNeverOverwrites},
		{"of many who put at once all are given the same", archiveRace},
		{"what is not there is no file", archiveMisses},
		{"names are listed by prefix and in order", archiveLists},
		{"nothing happens after the context has ended", archiveCancelled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// newFolder is the beginning of names that nobody else has.
func newFolder() string { return "kept/part=" + uuid.NewString() + "/" }

func put(t *testing.T, archive engine.Archive, name string, content []byte) {
	t.Helper()
	kept, err := archive.Put(t.Context(), name, content)
	try(t, "put "+name, err)
	if !bytes.Equal(kept, content) {
		t.Fatalf("of %d bytes %d are kept in %s", len(content), len(kept), name)
	}
}

func archiveKeeps(t *testing.T, archive engine.Archive) {
	folder := newFolder()
	for name, content := range map[string][]byte{
		"empty": {}, "bytes": {0, 255, '\r', '\n', 0}, "large.jsonl.gz": bytes.Repeat([]byte("0123456789abcdef"), 1<<16),
	} {
		put(t, archive, folder+name, content)
		got, err := archive.Get(t.Context(), folder+name)
		try(t, "get "+name, err)
		if !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes were put, and %d others are there", name, len(content), len(got))
		}
	}
}

func archiveNeverOverwrites(t *testing.T, archive engine.Archive) {
	name, first := newFolder()+"file", []byte("first")
	put(t, archive, name, first)
	for _, content := range [][]byte{[]byte("second"), first} {
		kept, err := archive.Put(t.Context(), name, content)
		try(t, "put it again", err)
		got, err := archive.Get(t.Context(), name)
		try(t, "get it", err)
		if !bytes.Equal(kept, first) || !bytes.Equal(got, first) {
			t.Errorf("after another put %q is there, and %q was given", got, kept)
		}
	}
}

func archiveRace(t *testing.T, archive engine.Archive) {
	name := newFolder() + "file"
	kept := make([][]byte, 8)
	var all errgroup.Group
	for n := range kept {
		all.Go(func() error {
			return patiently(func() (err error) {
				kept[n], err = archive.Put(t.Context(), name, bytes.Repeat([]byte{'a' + byte(n)}, 5000))
				return err
			})
		})
	}
	try(t, "put at once", all.Wait())
	got, err := archive.Get(t.Context(), name)
	try(t, "get it", err)
	for n, one := range kept {
		if !bytes.Equal(one, got) {
			t.Errorf("number %d was given another file than the one that is there", n)
		}
	}
}

func archiveMisses(t *testing.T, archive engine.Archive) {
	_, err := archive.Get(t.Context(), newFolder()+"file")
	fails(t, "get what is not there", err, engine.ErrNoFile)
}

func archiveLists(t *testing.T, archive engine.Archive) {
	folder := newFolder()
	want := []string{folder + "a/1", folder + "a/10", folder + "a/2", folder + "b/1"}
	for _, n := range []int{2, 0, 3, 1} {
		put(t, archive, want[n], []byte("x"))
	}
	for prefix, want := range map[string][]string{
		folder: want, folder + "a/": want[:3], folder + "a/1": want[:2], folder + "b/1": want[3:], folder + "c": nil, newFolder(): nil,
	} {
		var got []string
		for name, err := range archive.List(t.Context(), prefix) {
			try(t, "list", err)
			got = append(got, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, not %v", prefix, got, want)
		}
	}
	for _, err := range archive.List(t.Context(), folder) { // whoever has seen enough may stop
		try(t, "list", err)
		break
	}
}

func archiveCancelled(t *testing.T, archive engine.Archive) {
	name := newFolder() + "file"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := archive.Put(ctx, name, []byte("x")); err == nil {
		t.Error("put worked after the context had ended")
	}
	_, err := archive.Get(t.Context(), name)
	fails(t, "get what was put too late", err, engine.ErrNoFile)
}
