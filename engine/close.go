package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// Closer closes streams: it ends an era with a tombstone, and carries the state over to the next one in the same transaction.
// Nobody has to be told: a writer that meets the tombstone goes on behind it.
type Closer struct {
	App      *es.App
	Commands *Commands
	Invoker  string // user id of whoever closes, if anybody is known
}

// Closed is a stream that was closed, or would have been.
type Closed struct {
	Stream  es.StreamID `json:"stream"`
	Era     int         `json:"era"`     // that it goes on in
	Version uint64      `json:"version"` // of the tombstone
	Commits int         `json:"commits"` // of the era that ended
	Carried int         `json:"carried"` // bytes of the events that carry the state over
}

var (
	// ErrNothingToClose is the error of closing a stream in whose era nothing has happened yet.
	ErrNothingToClose = errors.New("nothing has happened since it began")
	// ErrCarriedOtherwise is the error of closing a stream whose carried events do not make the same state, as it is or as it
	// will be once the persons in it are forgotten.
	ErrCarriedOtherwise = errors.New("what is to carry the state over makes another state")
)

// Close closes a stream, wherever others have brought it in the meantime. With dry it only says what would be done.
func (x *Closer) Close(ctx context.Context, stream es.StreamID, dry bool) (Closed, error) {
	for attempt := 1; ; attempt++ {
		closed, drafts, err := x.draft(ctx, stream)
		if err == nil && !dry {
			err = x.Commands.Store.Append(ctx, drafts...)
		}
		var moved *Conflict
		if !errors.As(err, &moved) || attempt == limits.Decisions {
			return closed, closing(stream, err)
		}
		if err := betweenDecisions.Pause(ctx, attempt); err != nil {
			return closed, closing(stream, err)
		}
	}
}

func closing(stream es.StreamID, err error) error {
	if err != nil {
		return fmt.Errorf("close %s: %w", stream, err)
	}
	return nil
}

// draft makes the drafts that close a stream where it is.
func (x *Closer) draft(ctx context.Context, stream es.StreamID) (Closed, []es.Draft, error) {
	folds := x.App.FoldersOf(stream.Category())
	if len(folds) == 0 {
		return Closed{}, nil, fmt.Errorf("no aggregate has streams of the category %q", stream.Category())
	}
	states, without := make([]remembered, len(folds)), make([]remembered, len(folds))
	personal := slices.ContainsFunc(folds, es.Folder.IsPersonal)
	commits := 0
	for c, err := range ReadState(ctx, x.Commands.Store, stream, 0) {
		if err != nil {
			return Closed{}, nil, err
		}
		if commits++; c.BeginsEra() {
			commits = 0
		}
		for i, fold := range folds {
			if err := states[i].fold(fold, c); err != nil {
				return Closed{}, nil, err
			}
		}
		if personal {
			if err := foldErased(folds, without, c); err != nil {
				return Closed{}, nil, err
			}
		}
	}
	if commits == 0 {
		return Closed{}, nil, ErrNothingToClose
	}
	carried, err := carryOver(folds, states)
	if err != nil {
		return Closed{}, nil, err
	}
	now := states[0]
	drafts, err := es.Closing(stream, now.head, now.last.encode(), carried, es.Origin{
		CommandID: NewID(), TraceID: NewID(), Invoker: x.Invoker, Time: x.Commands.World.Time(),
	})
	if err != nil {
		return Closed{}, nil, err
	}
	closed := Closed{Stream: stream, Era: now.head.Era() + 1, Version: now.head.Version() + 1, Commits: commits, Carried: dataOf(carried)}
	begins := drafts[1].Commit()
	if err := provesSame(folds, states, begins); err != nil || !personal {
		return closed, drafts, err
	}
	if begins, err = erased(folds, begins, everybody); err != nil {
		return closed, drafts, err
	}
	if err := provesSame(folds, without, begins); err != nil {
		return closed, drafts, fmt.Errorf("once all persons in it are forgotten: %w", err)
	}
	return closed, drafts, nil
}

// foldErased brings states on as they will be once all persons are forgotten.
func foldErased(folds []es.Folder, states []remembered, c es.Commit) error {
	c, err := erased(folds, c, everybody)
	if err != nil {
		return err
	}
	for i, fold := range folds {
		if err := states[i].fold(fold, c); err != nil {
			return err
		}
	}
	return nil
}

// carryOver gives the events of all folds that share the stream.
func carryOver(folds []es.Folder, states []remembered) (carried []es.Recorded, err error) {
	for i, fold := range folds {
		events, err := fold.CarryOver(states[i].state)
		if err != nil {
			return nil, err
		}
		carried = append(carried, events...)
	}
	if len(carried) >= MaxCommitEvents {
		return nil, fmt.Errorf("%d events would carry the state over: %w", len(carried), ErrTooLarge)
	}
	return carried, nil
}

// provesSame makes sure that what begins the era makes the states that the stream has.
func provesSame(folds []es.Folder, states []remembered, begins es.Commit) error {
	for i, fold := range folds {
		made, err := fold.Fold(nil, begins)
		if err != nil {
			return err
		}
		want, err := es.Encode(states[i].state)
		if err != nil {
			return err
		}
		want = bytes.Clone(want)
		got, err := es.Encode(made)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return &es.Fault{Doing: "carry over " + fold.StateName(), Err: fmt.Errorf("%w: %.300s, and not %.300s", ErrCarriedOtherwise, got, want)}
		}
	}
	return nil
}

func dataOf(events []es.Recorded) (size int) {
	for _, e := range events {
		size += len(e.Data)
	}
	return size
}
