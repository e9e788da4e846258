package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

// betweenNeeds is how often to look whether those who are behind have come further.
const betweenNeeds = 200 * time.Millisecond

// unneeded gives an [ErrStillNeeded] with who has yet to deal with a stream up to a version, and goes on to. No age makes it
// unneeded: who is behind for long is parked, and that is for an operator to see to.
func (k *Bookkeeper) unneeded(ctx context.Context, stream es.StreamID, version uint64) error {
	if err := k.parkedNowhere(ctx, stream); err != nil {
		return err
	}
	for _, has := range []func(context.Context, es.StreamID, uint64) error{k.feedHas, k.viewsHave, k.handlersHave} {
		if err := k.patiently(ctx, func() error { return has(ctx, stream, version) }); err != nil {
			return errors.Join(err, k.parkedNowhere(ctx, stream)) // it may have been parked meanwhile
		}
	}
	return k.followersHave(ctx, stream.Category())
}

// patiently does again what somebody is behind for.
func (k *Bookkeeper) patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !errors.Is(err, ErrStillNeeded) {
			return err
		}
		if k.until.IsZero() {
			k.until = time.Now().Add(k.Patience)
		}
		if !time.Now().Before(k.until) {
			return err
		}
		if err := pause(ctx, k.until, betweenNeeds); err != nil {
			return err
		}
	}
}

func (k *Bookkeeper) feedHas(ctx context.Context, stream es.StreamID, version uint64) error {
	fed, err := k.Books.Fed(ctx, stream)
	if err == nil && fed < version {
		err = needed("the feed", fed)
	}
	return err
}

func needed(by string, at uint64) error {
	return fmt.Errorf("%s is at version %d: %w", by, at, ErrStillNeeded)
}

func (k *Bookkeeper) parkedNowhere(ctx context.Context, stream es.StreamID) error {
	parked, err := k.Lot.Parked(ctx)
	if err != nil {
		return fmt.Errorf("list what is parked: %w", err)
	}
	for _, p := range parked {
		if p.Stream == stream {
			return fmt.Errorf("it is parked for %s at version %d: %w", p.Consumer, p.Version, ErrStillNeeded)
		}
	}
	return nil
}

// viewsHave looks at the rows of the stream, of all generations that are written.
func (k *Bookkeeper) viewsHave(ctx context.Context, stream es.StreamID, version uint64) error {
	for _, view := range k.App.Views() {
		if view.Global || !slices.Contains(view.Categories, stream.Category()) {
			continue
		}
		names, err := k.written(ctx, view)
		if err != nil {
			return err
		}
		for _, name := range names {
			row, err := k.Views.Row(ctx, name, stream.ID())
			if err != nil {
				return fmt.Errorf("read a row of %s: %w", name, err)
			}
			if row.Version < version {
				return needed("the view "+name, row.Version)
			}
		}
	}
	return nil
}

// written are the names of a view's generations that live events go to.
func (k *Bookkeeper) written(ctx context.Context, view *es.ViewDecl) ([]string, error) {
	s, err := k.Generations.Standing(ctx, view.Name)
	if err != nil {
		return nil, fmt.Errorf("read the generations of %s: %w", view.Name, err)
	}
	var names []string
	for _, generation := range append(s.written(), s.Live) {
		names = append(names, GenerationName(view.Name, generation))
	}
	return names, nil
}

// handlersHave looks at the checkpoints of sagas, listeners and the notifier.
func (k *Bookkeeper) handlersHave(ctx context.Context, stream es.StreamID, version uint64) error {
	names := []string{NotifierName}
	for _, saga := range k.App.Sagas() {
		if slices.Contains(saga.Listens, stream.Category()) {
			names = append(names, saga.Name)
		}
	}
	for _, listener := range k.App.Listeners() {
		if slices.Contains(listener.Listens, stream.Category()) {
			names = append(names, listener.Name)
		}
	}
	for _, name := range names {
		at, err := k.Checkpoints.Applied(ctx, name, stream)
		if err != nil {
			return fmt.Errorf("read the checkpoint of %s: %w", name, err)
		}
		if at < version {
			return needed(name, at)
		}
	}
	return nil
}

// followersHave waits until those who follow the feed have come to where it ends now: views of many streams, and the
// archivist, if there is one.
func (k *Bookkeeper) followersHave(ctx context.Context, category string) error {
	end, err := k.Feed.End(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the feed: %w", err)
	}
	var followers []string
	for _, view := range k.App.Views() {
		if view.Global && slices.Contains(view.Categories, category) {
			names, err := k.written(ctx, view)
			if err != nil {
				return err
			}
			followers = append(followers, names...)
		}
	}
	archived, err := k.Checkpoints.Applied(ctx, ArchivistName, FeedStream)
	if err != nil {
		return fmt.Errorf("read how far the archive is: %w", err)
	}
	if archived > 0 {
		followers = append(followers, ArchivistName)
	}
	for _, name := range followers {
		if err := k.patiently(ctx, func() error { return k.reached(ctx, name, end) }); err != nil {
			return err
		}
	}
	return nil
}

func (k *Bookkeeper) reached(ctx context.Context, name string, position uint64) error {
	at, err := k.Checkpoints.Applied(ctx, name, FeedStream)
	if err != nil {
		return fmt.Errorf("read the checkpoint of %s: %w", name, err)
	}
	if at < position {
		return fmt.Errorf("%s is at position %d of %d in the feed: %w", name, at, position, ErrStillNeeded)
	}
	return nil
}
