package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// SnapshotterName is the name of the snapshotter's queue.
const SnapshotterName = "snapshots"

// Snapshotter takes the snapshots of streams, off the way of their commands. A fold that has changed finds no snapshot of
// its own, and gets one with the next commit.
//
// It keeps no checkpoint: what it misses costs time and nothing else.
type Snapshotter struct {
	Commands *Commands
	Folders  []es.Folder // all aggregates; those without snapshots are passed over
	taken    *lru.Cache[memoryKey, uint64]
}

// NewSnapshotter makes a snapshotter.
func NewSnapshotter(commands *Commands, folders []es.Folder) (*Snapshotter, error) {
	taken, err := lru.New[memoryKey, uint64](10_000)
	if err != nil {
		return nil, fmt.Errorf("remember snapshots: %w", err)
	}
	return &Snapshotter{Commands: commands, Folders: folders, taken: taken}, nil
}

// Deliver takes notice of commits of one stream. It fails when a store does; the commits are to be delivered again then.
func (s *Snapshotter) Deliver(ctx context.Context, stream es.StreamID, commits []es.Commit, _ int) error {
	for _, a := range s.Folders {
		if a.Category() != stream.Category() || a.Traits().Snapshot == 0 {
			continue
		}
		err := s.keep(ctx, a, stream, commits[len(commits)-1].Last())
		var fault *es.Fault
		switch {
		case errors.As(err, &fault), errors.Is(err, ErrTooLarge):
			slog.ErrorContext(ctx, "no snapshot", "error", err) // the stream is folded without one
		case err != nil:
			return fmt.Errorf("snapshot %s: %w", stream, err)
		}
	}
	return nil
}

// keep takes a snapshot if the last one is too far behind a version.
func (s *Snapshotter) keep(ctx context.Context, a es.Folder, stream es.StreamID, version uint64) error {
	key := memoryKey{a, stream}
	every := uint64(a.Traits().Snapshot)
	taken, known := s.taken.Get(key)
	if !known && version >= every {
		before, err := s.Commands.Snapshots.Snapshot(ctx, a.FoldID(), stream)
		if err != nil {
			return err
		}
		taken = before.Version
		s.taken.Add(key, taken)
	}
	if version < taken+every {
		return nil
	}
	r, err := s.Commands.load(ctx, a, stream, false)
	if err != nil {
		return err
	}
	err = s.save(ctx, a, stream, r)
	if err == nil || errors.Is(err, ErrTooLarge) { // which is not tried again with each commit
		s.taken.Add(key, r.head.Version())
	}
	return err
}

func (s *Snapshotter) save(ctx context.Context, a es.Folder, stream es.StreamID, r remembered) error {
	state, err := es.Encode(r.state)
	if err != nil {
		return &es.Fault{Doing: "encode the state of " + string(stream), Err: err}
	}
	return s.Commands.Snapshots.SaveSnapshot(ctx, a.FoldID(), stream, Snapshot{
		Version: r.head.Version(), Era: r.head.Era(), State: bytes.Clone(state), Commands: r.last.encode(),
	})
}

// inSnapshot is how many of a stream's last commands a snapshot knows, so that their repetition is recognised.
const inSnapshot = 256

// encode writes the last commands, newest first: the version and the id of each.
func (x *executed) encode() []byte {
	var data []byte
	for n := 0; x != nil && n < inSnapshot; x, n = x.before, n+1 {
		data = append(binary.AppendUvarint(data, x.version), x.command[:]...)
	}
	return data
}

func decodeCommands(data []byte) (*executed, error) {
	var all []executed
	for len(data) > 0 {
		version, n := binary.Uvarint(data)
		if n <= 0 || len(data) < n+len(uuid.UUID{}) {
			return nil, errTornSnapshot
		}
		all = append(all, executed{command: uuid.UUID(data[n : n+len(uuid.UUID{})]), version: version})
		data = data[n+len(uuid.UUID{}):]
	}
	var last *executed
	for _, x := range slices.Backward(all) {
		x.before, x.length = last, last.len()+1
		last = &x
	}
	return last, nil
}

// carriedCommands are the commands that a commit says were a stream's last before its era.
func carriedCommands(c es.Commit) (*executed, error) {
	e, err := c.CarriedOver()
	if err != nil {
		return nil, err
	}
	return decodeCommands(e.Commands)
}
