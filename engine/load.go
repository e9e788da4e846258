package engine

import (
	"context"
	"errors"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// State folds a stream as it is in the store now. It is nil for an empty stream.
func (x *Commands) State(ctx context.Context, a es.Folder, stream es.StreamID) (any, error) {
	r, err := x.load(ctx, a, stream, true)
	return r.state, err
}

// load reads a stream from nothing, in the way that its aggregate allows. With latest the last commit may do, which tells
// nothing of the commands before it.
func (x *Commands) load(ctx context.Context, a es.Folder, stream es.StreamID, latest bool) (remembered, error) {
	traits := a.Traits()
	switch {
	case traits.Latest && latest:
		return x.loadLatest(ctx, a, stream)
	case traits.Snapshot > 0 && x.Snapshots != nil:
		return x.loadSnapshot(ctx, a, stream)
	default:
		return x.loadRest(ctx, a, stream, remembered{})
	}
}

// loadRest reads what is behind a known state.
func (x *Commands) loadRest(ctx context.Context, a es.Folder, stream es.StreamID, r remembered) (remembered, error) {
	for c, err := range ReadState(ctx, x.Store, stream, r.head.Version()) {
		if err != nil {
			return r, err
		}
		if err := r.fold(a, c); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (x *Commands) loadLatest(ctx context.Context, a es.Folder, stream es.StreamID) (remembered, error) {
	tail, err := x.Store.Tail(ctx, stream, 1)
	if err != nil || len(tail) == 0 {
		return remembered{}, err
	}
	r := remembered{head: tail[0].Draft().After, partial: tail[0].Version > 1}
	err = r.fold(a, tail[0])
	return r, err
}

// SnapshotLag is how many commits more than a snapshot's distance are read, since a snapshot is taken a little later.
const SnapshotLag = 16

// loadSnapshot reads a stream's snapshot and its end at the same time. Together they nearly always make the state; what
// may be missing between the two is read then. A snapshot that cannot be read is as good as none.
func (x *Commands) loadSnapshot(ctx context.Context, a es.Folder, stream es.StreamID) (remembered, error) {
	var snapshot remembered
	var tail []es.Commit
	both, bothCtx := errgroup.WithContext(ctx)
	both.Go(func() error {
		var err error
		if snapshot, err = x.snapshot(bothCtx, a, stream); err != nil && bothCtx.Err() == nil {
			slog.WarnContext(ctx, "snapshot not read", "stream", stream, "error", err)
		}
		return nil
	})
	both.Go(func() (err error) {
		tail, err = x.Store.Tail(bothCtx, stream, a.Traits().Snapshot+SnapshotLag)
		return err
	})
	if err := both.Wait(); err != nil {
		return remembered{}, err
	}
	switch {
	case len(tail) == 0 && snapshot.head.Version() == 0:
		return snapshot, nil // an empty stream has no end, and nothing before it
	case len(tail) > 0 && (tail[0].Version == 1 || tail[0].BeginsEra()):
		snapshot = remembered{head: tail[0].Draft().After}
	}
	rest, joined := follow(tail, snapshot.head.Version())
	if !joined {
		return x.loadRest(ctx, a, stream, snapshot)
	}
	for _, c := range rest {
		if err := snapshot.fold(a, c); err != nil {
			return remembered{}, err
		}
	}
	return snapshot, nil
}

// snapshot gives a zero state when there is no snapshot.
func (x *Commands) snapshot(ctx context.Context, a es.Folder, stream es.StreamID) (remembered, error) {
	s, err := x.Snapshots.Snapshot(ctx, a.FoldID(), stream)
	if err != nil || s.Version == 0 {
		return remembered{}, err
	}
	state, err := a.DecodeState(s.State)
	if err != nil {
		return remembered{}, err
	}
	last, err := decodeCommands(s.Commands)
	if err != nil {
		return remembered{}, err
	}
	return remembered{state: state, head: es.HeadAt(s.Version, s.Era), last: last}, nil
}

var errTornSnapshot = errors.New("the commands of a snapshot are torn")
