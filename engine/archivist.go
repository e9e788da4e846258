package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// ArchivistName is the consumer that the archivist is to the checkpoints.
const ArchivistName = "archivist"

// planned is the consumer whose checkpoint says where the span ends that the archivist is at.
const planned = ArchivistName + "-plan"

// A span is as much as the archivist deals with at once, and holds in memory. The last commit may exceed its bytes.
const (
	spanCommits = 5000
	spanBytes   = 16 << 20
)

// Archivist copies the feed to an archive, each commit exactly once.
//
// It goes by spans of the feed. Where a span ends is noted before any of it is written, so that whoever goes on after a crash
// writes the same segments, under the same names, and finds those that are there. Two that run at once do the same.
type Archivist struct {
	Feed        Feed
	Archive     Archive
	Checkpoints Checkpoints
	Progress    func(Working) // called for each span; nil for nobody
}

// Behind is how many commits there are behind the last run.
func (a *Archivist) Behind(ctx context.Context) (uint64, error) {
	done, err := a.done(ctx)
	if err != nil {
		return 0, err
	}
	end, err := a.Feed.End(ctx)
	if err != nil {
		return 0, fmt.Errorf("find the end of the feed: %w", err)
	}
	return end - min(done, end), nil
}

func (a *Archivist) done(ctx context.Context) (uint64, error) {
	done, err := a.Checkpoints.Applied(ctx, ArchivistName, FeedStream)
	if err != nil {
		return 0, fmt.Errorf("read how far the archive is: %w", err)
	}
	return done, nil
}

// Run archives what is behind the last run, up to the end of the feed. It gives the number of commits that this run wrote or
// found written.
func (a *Archivist) Run(ctx context.Context) (int, error) {
	total := 0
	for {
		n, err := a.span(ctx)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
		if a.Progress != nil {
			a.Progress(Working{Doing: "archive", Unit: "commits", Done: uint64(total)})
		}
	}
}

// span archives one span; zero commits when there are no more.
func (a *Archivist) span(ctx context.Context) (int, error) {
	// The end comes first. Should others go on in between, the archive is seen to be beyond this end, and not at the beginning
	// of a span with the end of another.
	end, err := a.Checkpoints.Applied(ctx, planned, FeedStream)
	if err != nil {
		return 0, fmt.Errorf("read how far the archive is to be: %w", err)
	}
	done, err := a.done(ctx)
	if err != nil {
		return 0, err
	}
	commits, err := a.read(ctx, done, end)
	if err != nil || len(commits) == 0 {
		return 0, err
	}
	last := commits[len(commits)-1].Position
	if end <= done {
		err = a.Checkpoints.Advance(ctx, planned, FeedStream, end, last)
	}
	if err == nil {
		err = a.file(ctx, commits)
	}
	if err == nil {
		err = a.Checkpoints.Advance(ctx, ArchivistName, FeedStream, done, last)
	}
	switch {
	case errors.Is(err, ErrStale): // somebody else is at it too, and further: go on from there
		return len(commits), nil
	case err != nil:
		return 0, fmt.Errorf("archive the feed from position %d to %d: %w", done+1, last, err)
	}
	return len(commits), nil
}

// read gives the commits of the span that was planned, or else as many as a span has.
func (a *Archivist) read(ctx context.Context, done, end uint64) ([]es.Positioned, error) {
	var commits []es.Positioned
	size := 0
	for c, err := range CatchUp(ctx, a.Feed, done) {
		if err != nil {
			return nil, err
		}
		if len(c.Events) == 0 {
			return nil, hollow(c)
		}
		commits = append(commits, c)
		for _, e := range c.Events {
			size += len(e.Data)
		}
		if end > done && c.Position == end || end <= done && (len(commits) == spanCommits || size >= spanBytes) {
			return commits, nil
		}
	}
	if end > done {
		return nil, &es.Fault{Doing: "archive the feed", Err: fmt.Errorf("it ends before position %d, where it has been before", end)}
	}
	return commits, nil
}

// file puts each category's commits of each day into a segment.
func (a *Archivist) file(ctx context.Context, commits []es.Positioned) error {
	type drawer struct{ category, day string }
	sorted := map[drawer][]es.Positioned{}
	var drawers []drawer // in the order of their first commits
	for _, c := range commits {
		d := drawer{c.Stream.Category(), day(c)}
		if sorted[d] == nil {
			drawers = append(drawers, d)
		}
		sorted[d] = append(sorted[d], c)
	}
	for _, d := range drawers {
		if err := keep(ctx, a.Archive, describe(d.category, d.day, sorted[d]), sorted[d]); err != nil {
			return err
		}
	}
	return nil
}
