package engine

import (
	"context"
	"fmt"
	"iter"

	"github.com/foldstream/foldstream/es"
)

// Federation reads a store and the archive of its closed eras as one: what the store has left out, or has without events,
// comes from the archive. A file that is missing or damaged is an [*es.Fault]. It is safe for concurrent use.
type Federation struct{ shelf *openEras }

// FederationBytes is how much of opened files a process keeps as a rule.
const FederationBytes = 64 << 20

// Federate makes a federation with an archive, that keeps so many bytes of opened files in memory.
func Federate(archive Archive, bytes int) *Federation {
	return &Federation{newOpenEras(archive, bytes)}
}

// Store gives the event store with what is archived of it.
func (f *Federation) Store(store EventStore) EventStore { return federatedStore{store, f.shelf} }

// Feed gives the feed with what is archived of it.
func (f *Federation) Feed(feed Feed) Feed { return federatedFeed{feed, f.shelf} }

// Log gives the log with what is archived of it.
func (f *Federation) Log(log Log) Log { return federatedLog{federatedFeed{log, f.shelf}, log} }

type federatedStore struct {
	EventStore
	shelf *openEras
}

// Load implements [Loader].
func (s federatedStore) Load(ctx context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		at := after
		for c, err := range s.EventStore.Load(ctx, stream, after) {
			if err == nil && c.Version > at+1 && (c.Closes() || c.BeginsEra()) {
				for archived, err := range s.shelf.between(ctx, stream, at, c) {
					if !yield(archived, err) || err != nil {
						return
					}
				}
			}
			if !yield(c, err) || err != nil {
				return
			}
			at = c.Last()
		}
	}
}

type federatedFeed struct {
	Feed
	shelf *openEras
}

// Read implements [Feed].
func (f federatedFeed) Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error) {
	commits, err := f.Feed.Read(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	return commits, f.shelf.fill(ctx, commits)
}

type federatedLog struct {
	federatedFeed
	log Log
}

// Look implements [Log].
func (l federatedLog) Look(ctx context.Context, look Look) ([]es.Positioned, error) {
	commits, err := l.log.Look(ctx, look)
	if err != nil {
		return nil, err
	}
	return commits, l.shelf.fill(ctx, commits)
}

// fill gives commits of the feed the events that are archived.
func (o *openEras) fill(ctx context.Context, commits []es.Positioned) error {
	for i, c := range commits {
		if len(c.Events) > 0 {
			continue
		}
		found, err := o.commit(ctx, c.Stream, c.Era, c.Version)
		if err != nil {
			return fmt.Errorf("read position %d of the feed: %w", c.Position, err)
		}
		commits[i].Commit = found
	}
	return nil
}

// between yields what is archived of a stream behind a version and before a commit that the store has.
func (o *openEras) between(ctx context.Context, stream es.StreamID, after uint64, before es.Commit) iter.Seq2[es.Commit, error] {
	return func(yield func(es.Commit, error) bool) {
		manifests, err := o.eras(ctx, stream, after, before)
		if err != nil {
			yield(es.Commit{}, err)
			return
		}
		for _, m := range manifests {
			for n, p := range m.Parts {
				if p.Last <= after {
					continue
				}
				commits, err := o.part(ctx, m, n)
				if err != nil {
					yield(es.Commit{}, err)
					return
				}
				for _, c := range commits {
					if c.Version > after && c.Version < before.Version && !yield(c, nil) {
						return
					}
				}
			}
		}
	}
}

// eras are the manifests of the eras that have something behind a version and before a commit, in order.
func (o *openEras) eras(ctx context.Context, stream es.StreamID, after uint64, before es.Commit) ([]*EraManifest, error) {
	era := before.Era
	if before.BeginsEra() {
		era--
	}
	var found []*EraManifest
	for ; era >= 0; era-- {
		m, err := o.manifest(ctx, stream, era)
		if err != nil {
			return nil, err
		}
		found = append([]*EraManifest{m}, found...)
		if m.First <= after+1 {
			break
		}
	}
	return found, nil
}
