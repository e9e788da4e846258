package contract

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Importing is an [engine.Importer] beside what it brings commits to.
type Importing struct {
	Importer    engine.Importer
	Store       engine.EventStore
	Feed        engine.Feed
	Checkpoints engine.Checkpoints
}

// Importer tests an [engine.Importer]. Nobody else may write to the store of a subtest. What brings commits from the store to
// the feed may run, if there is such a thing.
func Importer(t *testing.T, open func(t *testing.T) Importing) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Importing)
	}{
		{"of a source that nobody knows nothing is copied", nothingCopied},
		{"commits come in their order, several of a stream", copiesInOrder},
		{"every field of a commit is copied", copiesFields},
		{"streams go on behind what was copied", goesOnBehindCopies},
		{"eras are kept", copiesEras},
		{"a batch may be empty", copiesNothing},
		{"as much as is allowed is copied at once", copiesMuch},
		{"more than is allowed is refused", refusesMore},
		{"what is not behind the last batch is refused", refusesStale},
		{"a stream that is elsewhere refuses the batch as a whole", refusesConflict},
		{"a batch that does not follow in itself is refused as a whole", refusesGap},
		{"sources are kept apart", keepsSourcesApart},
		{"of many that copy the same exactly one does", copiesOnce},
		{"checkpoints are moved on, and never back", mutes},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func newSource() string { return "source-" + uuid.NewString() }

// copied makes sure how far a source has been copied.
func (i Importing) copied(t *testing.T, source string, want uint64) {
	t.Helper()
	got, err := i.Importer.Copied(t.Context(), source)
	try(t, "ask how much is copied", err)
	noted, err := i.Importer.Noted(t.Context(), source)
	try(t, "ask how much is noted", err)
	if got != want || noted != want {
		t.Fatalf("%d is copied, and %d noted, want %d", got, noted, want)
	}
}

// copy copies commits as a source's next ones.
func (i Importing) copy(t *testing.T, source string, was, now uint64, commits ...es.Commit) {
	t.Helper()
	try(t, "copy", i.attempt(t.Context(), source, was, now, commits...))
}

func (i Importing) attempt(ctx context.Context, source string, was, now uint64, commits ...es.Commit) error {
	drafts := make([]es.Draft, len(commits))
	for n, c := range commits {
		drafts[n] = c.Draft()
	}
	return patiently(func() error { return i.Importer.Copy(ctx, source, was, now, drafts...) })
}

// holds makes sure that the feed holds these commits and no others.
func (i Importing) holds(t *testing.T, want ...es.Commit) {
	t.Helper()
	var got []es.Commit
	for p, err := range engine.CatchUp(t.Context(), i.Feed, 0) {
		try(t, "read the feed", err)
		if p.Position != uint64(len(got))+1 {
			t.Fatalf("behind position %d comes %d", len(got), p.Position)
		}
		got = append(got, p.Commit)
	}
	same(t, "the feed", got, want)
	streams := map[es.StreamID][]es.Commit{}
	for _, c := range want {
		streams[c.Stream] = append(streams[c.Stream], c)
	}
	for stream, commits := range streams {
		same(t, "the stream "+string(stream), load(t, i.Store, stream, 0), commits)
	}
}

// woven are commits of some streams among each other.
func woven(t *testing.T, streams, each int) []es.Commit {
	t.Helper()
	chains := make([][]es.Commit, streams)
	for n := range chains {
		chains[n] = chain(t, newStream("contract"), each)
	}
	var all []es.Commit
	for n := range each {
		for s := range chains {
			all = append(all, chains[(s+n)%streams][n])
		}
	}
	return all
}

func nothingCopied(t *testing.T, i Importing) { i.copied(t, newSource(), 0) }

func copiesInOrder(t *testing.T, i Importing) {
	source, all := newSource(), woven(t, 5, 12)
	for n, end := range []int{7, 8, 50, 60} {
		begin := []int{0, 7, 8, 50}[n]
		i.copy(t, source, uint64(begin), uint64(end), all[begin:end]...)
		i.copied(t, source, uint64(end))
		i.holds(t, all[:end]...)
	}
}

func copiesFields(t *testing.T, i Importing) {
	d := draft(t, newStream("contract"), es.Head{}, 2)
	d.Events = append(d.Events, event(t, unicode), es.Recorded{Type: "Empty", Schema: 3, Data: []byte(`{}`)})
	d.Origin.CausationID, d.Origin.Invoker, d.Origin.Trace = "match-1@2", unicode, "Root=1-2-3"
	i.copy(t, newSource(), 0, 5, d.Commit())
	i.holds(t, d.Commit())
}

func goesOnBehindCopies(t *testing.T, i Importing) {
	commits := chain(t, newStream("contract"), 3)
	i.copy(t, newSource(), 0, 2, commits[:2]...)
	conflicts(t, appendPatiently(t.Context(), i.Store, commits[1].Draft()), commits[0].Stream, commits[1])
	save(t, i.Store, commits[2].Draft())
	same(t, "the stream", load(t, i.Store, commits[0].Stream, 0), commits)
}

func copiesEras(t *testing.T, i Importing) {
	commits := chain(t, newStream("contract"), 2)
	closing, err := es.Closing(commits[0].Stream, commits[1].Head(), nil, []es.Recorded{event(t, "carried over")}, commits[1].Origin)
	try(t, "close the stream", err)
	for _, d := range closing {
		commits = append(commits, d.Commit())
	}
	commits = append(commits, draft(t, commits[0].Stream, commits[3].Head(), 2).Commit())
	source := newSource()
	i.copy(t, source, 0, 4, commits[:4]...)
	i.copy(t, source, 4, 5, commits[4])
	i.holds(t, commits...)
}

func copiesNothing(t *testing.T, i Importing) {
	source := newSource()
	i.copy(t, source, 0, 4)
	i.copied(t, source, 4)
	i.copy(t, source, 4, 1000)
	i.copied(t, source, 1000)
	i.holds(t)
}

func copiesMuch(t *testing.T, i Importing) {
	most, bytes := i.Importer.Room()
	if most < engine.MaxCopied || bytes < engine.MaxCommitBytes {
		t.Fatalf("there is room for %d commits of %d bytes", most, bytes)
	}
	source, many, end := newSource(), woven(t, most, 1), uint64(most)
	i.copy(t, source, 0, end, many...)
	stream := chain(t, newStream("contract"), most)
	i.copy(t, source, end, 2*end, stream...)
	var large []es.Commit
	for range min(most, bytes/engine.MaxCommitBytes) {
		large = append(large, draftOfSize(t, newStream("contract"), es.Head{}, engine.MaxCommitBytes).Commit())
	}
	i.copy(t, source, 2*end, 3*end, large...)
	i.holds(t, append(append(many, stream...), large...)...)
}

func refusesMore(t *testing.T, i Importing) {
	most, bytes := i.Importer.Room()
	source := newSource()
	fails(t, "copy too many", i.attempt(t.Context(), source, 0, 100, woven(t, most+1, 1)...), engine.ErrTooLarge)
	fails(t, "copy too large a commit", i.attempt(t.Context(), source, 0, 1, woven(t, 1, 1)[0],
		draftOfSize(t, newStream("contract"), es.Head{}, engine.MaxCommitBytes+1).Commit()), engine.ErrTooLarge)
	var large []es.Commit
	for range bytes/engine.MaxCommitBytes + 1 {
		large = append(large, draftOfSize(t, newStream("contract"), es.Head{}, engine.MaxCommitBytes).Commit())
	}
	fails(t, "copy too much", i.attempt(t.Context(), source, 0, 100, large...), engine.ErrTooLarge)
	i.copied(t, source, 0)
	i.holds(t)
}

func refusesStale(t *testing.T, i Importing) {
	source, all := newSource(), woven(t, 3, 4)
	fails(t, "copy what is not at the beginning", i.attempt(t.Context(), source, 3, 6, all[:3]...), engine.ErrStale)
	i.copy(t, source, 0, 6, all[:6]...)
	fails(t, "copy once more", i.attempt(t.Context(), source, 0, 6, all[:6]...), engine.ErrStale)
	fails(t, "copy what others have begun", i.attempt(t.Context(), source, 3, 9, all[6:9]...), engine.ErrStale)
	fails(t, "copy with a gap", i.attempt(t.Context(), source, 9, 12, all[6:9]...), engine.ErrStale)
	i.copied(t, source, 6)
	i.holds(t, all[:6]...)
}

func refusesConflict(t *testing.T, i Importing) {
	source, all := newSource(), woven(t, 20, 1)
	taken := chain(t, newStream("contract"), 2)
	i.copy(t, newSource(), 0, 2, taken...)
	for _, at := range []int{0, 9, 19} {
		batch := append([]es.Commit(nil), all...)
		batch[at] = draft(t, taken[0].Stream, es.Head{}, 1).Commit()
		conflicts(t, i.attempt(t.Context(), source, 0, 20, batch...), taken[0].Stream, taken[0])
	}
	i.copied(t, source, 0)
	i.holds(t, taken...)
}

func refusesGap(t *testing.T, i Importing) {
	source, commits := newSource(), chain(t, newStream("contract"), 4)
	for _, batch := range [][]es.Commit{{commits[0], commits[2]}, {commits[0], commits[0]}, {commits[1], commits[0]}} {
		conflicts(t, i.attempt(t.Context(), source, 0, 4, batch...), commits[0].Stream)
	}
	i.copied(t, source, 0)
	i.holds(t)
}

func keepsSourcesApart(t *testing.T, i Importing) {
	one, other := newSource(), strings.Repeat("é/# ", 50)+newSource()
	first, second := woven(t, 2, 2), woven(t, 2, 2)
	i.copy(t, one, 0, 10, first[:2]...)
	i.copy(t, other, 0, 20, second[:2]...)
	i.copy(t, one, 10, 11, first[2:]...)
	i.copied(t, one, 11)
	i.copied(t, other, 20)
	i.holds(t, append(append(first[:2:2], second[:2]...), first[2:]...)...)
}

func copiesOnce(t *testing.T, i Importing) {
	source, all := newSource(), woven(t, 4, 3)
	won := 0
	for _, err := range together(t.Context(), 4, func(ctx context.Context, _ int) error {
		return i.attempt(ctx, source, 0, 12, all...)
	}) {
		var conflict *engine.Conflict
		switch {
		case err == nil:
			won++
		case !errors.Is(err, engine.ErrStale) && !errors.As(err, &conflict):
			t.Fatal(err)
		}
	}
	if won != 1 {
		t.Fatalf("%d have copied, want 1", won)
	}
	i.copied(t, source, 12)
	i.holds(t, all...)
}

func mutes(t *testing.T, i Importing) {
	var marks []engine.Mark
	consumer, other := newConsumer(), newConsumer()
	streams := make([]es.StreamID, 120)
	for n := range streams {
		streams[n] = newStream("contract")
		marks = append(marks, engine.Mark{Consumer: consumer, Stream: streams[n], Version: uint64(n + 1)})
	}
	marks = append(marks, engine.Mark{Consumer: other, Stream: streams[0], Version: 7})
	is := func(consumer string, stream es.StreamID, want uint64) {
		t.Helper()
		got, err := i.Checkpoints.Applied(t.Context(), consumer, stream)
		try(t, "read a checkpoint", err)
		if got != want {
			t.Fatalf("the checkpoint is at %d, want %d", got, want)
		}
	}
	try(t, "advance", i.Checkpoints.Advance(t.Context(), consumer, streams[3], 0, 50))
	try(t, "mute", i.Importer.Mute(t.Context(), marks...))
	try(t, "mute nobody", i.Importer.Mute(t.Context()))
	for n, stream := range streams {
		if n == 3 {
			is(consumer, stream, 50)
			continue
		}
		is(consumer, stream, uint64(n+1))
	}
	is(other, streams[0], 7)
	is(other, streams[1], 0)
	try(t, "mute further", i.Importer.Mute(t.Context(), engine.Mark{Consumer: consumer, Stream: streams[0], Version: 9}))
	is(consumer, streams[0], 9)
	try(t, "advance from there", i.Checkpoints.Advance(t.Context(), consumer, streams[0], 9, 10))
	try(t, "mute less far", i.Importer.Mute(t.Context(), engine.Mark{Consumer: consumer, Stream: streams[0], Version: 4}))
	is(consumer, streams[0], 10)
}
