package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// shelves is an archive in a map, with a hook around each write.
type shelves struct {
	mu     sync.Mutex
	files  map[string][]byte
	breaks func() error
}

func newShelves() *shelves { return &shelves{files: map[string][]byte{}} }

func (s *shelves) broken() error {
	if s.breaks == nil {
		return nil
	}
	return s.breaks()
}

func (s *shelves) Put(_ context.Context, name string, content []byte) ([]byte, error) {
	if err := s.broken(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.files[name] == nil {
		s.files[name] = content
	}
	kept := s.files[name]
	s.mu.Unlock()
	return kept, s.broken()
}

func (s *shelves) Get(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files[name] == nil {
		return nil, engine.ErrNoFile
	}
	return s.files[name], nil
}

func (s *shelves) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	s.mu.Lock()
	names := slices.Sorted(maps.Keys(s.files))
	s.mu.Unlock()
	return func(yield func(string, error) bool) {
		for _, name := range names {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

func archived(t interface{ Fatal(...any) }, archive engine.Archive, category string) []es.Positioned {
	var all []es.Positioned
	for c, err := range engine.ReadArchive(context.Background(), archive, category) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b es.Positioned) int { return int(a.Position) - int(b.Position) })
	return all
}

// commitOf makes a commit of some events.
func commitOf(stream es.StreamID, version uint64, events int, at time.Time) es.Commit {
	c := es.Commit{Stream: stream, Version: version, Origin: es.Origin{CommandID: fmt.Sprint(stream, version), TraceID: "t", Time: at}}
	for n := range events {
		c.Events = append(c.Events, es.Recorded{Type: "Noted", Data: []byte(fmt.Sprintf(`{"n":%d,"text":"a\nb"}`, n))})
	}
	return c
}

// put appends a commit to the feed as it is.
func (m *memory) put(c es.Commit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = append(m.order, c)
}

// What is in the archive is the feed, each commit once, whatever crashes in between and whoever helps.
func TestArchiveIsTheFeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, archive := newMemory(), newShelves()
		versions := map[es.StreamID]uint64{}
		at := time.Date(2026, 10, 30, 22, 0, 0, 0, time.UTC)
		crash := func() error {
			if rapid.IntRange(0, 5).Draw(t, "crash") == 0 {
				return errCrash
			}
			return nil
		}
		for range rapid.IntRange(1, 5).Draw(t, "rounds") {
			for range rapid.IntRange(0, 12).Draw(t, "commits") {
				stream := es.NewStreamID(rapid.SampledFrom([]string{"match", "user"}).Draw(t, "category"), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"))
				events := rapid.IntRange(1, 3).Draw(t, "events")
				at = at.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
				store.put(commitOf(stream, versions[stream]+1, events, at))
				versions[stream] += uint64(events)
			}
			archive.breaks, store.breaks = crash, crash
			_, err := (&engine.Archivist{Feed: store, Archive: archive, Checkpoints: store}).Run(context.Background())
			if err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
		}
		archive.breaks, store.breaks = nil, nil
		if _, err := (&engine.Archivist{Feed: store, Archive: archive, Checkpoints: store}).Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		whole(t, store, archive)
	})
}

// whole fails unless the archive has the feed, in segments that are each of one category and day.
func whole(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, store *memory, archive *shelves,
) {
	feed, err := store.Read(context.Background(), 0, len(store.order))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(feed, archived(t, archive, "")); diff != "" {
		t.Fatalf("archive (-feed +archive):\n%s", diff)
	}
	files := 0
	for name := range archive.files {
		if strings.HasPrefix(name, "commits/") {
			files++
		} else {
			files--
		}
	}
	if files != 0 {
		t.Fatalf("there are %d segments more than manifests", files)
	}
	for _, category := range []string{"match", "user"} {
		for _, c := range archived(t, archive, category) {
			if c.Stream.Category() != category {
				t.Fatalf("%s is among %s", c.Stream, category)
			}
		}
	}
}

// Two that run at once, and a third that comes in between, write nothing twice.
func TestArchivistsCanCompete(t *testing.T) {
	store, archive := newMemory(), newShelves()
	at := time.Date(2026, 10, 30, 22, 0, 0, 0, time.UTC)
	var competitors errgroup.Group
	for range 3 {
		competitors.Go(func() error {
			for {
				if _, err := (&engine.Archivist{Feed: store, Archive: archive, Checkpoints: store}).Run(t.Context()); err != nil {
					return err
				}
				if done, err := store.Applied(t.Context(), engine.ArchivistName, engine.FeedStream); err != nil || done == 500 {
					return err
				}
			}
		})
	}
	for n := range 500 {
		store.put(commitOf(es.NewStreamID("match", fmt.Sprint(n%7)), uint64(n/7+1), 1, at.Add(time.Duration(n)*time.Minute)))
	}
	if err := competitors.Wait(); err != nil {
		t.Fatal(err)
	}
	whole(t, store, archive)
}

// interrupted are checkpoints at which something else happens behind the first look.
type interrupted struct {
	*memory
	first func()
}

func (i *interrupted) Applied(ctx context.Context, consumer string, stream es.StreamID) (uint64, error) {
	at, err := i.memory.Applied(ctx, consumer, stream)
	if first := i.first; first != nil {
		i.first = nil
		first()
	}
	return at, err
}

// Another one gets a span done and breaks off in the next, while one looks where it is: that is neither the beginning of the
// one span nor the end of the other.
func TestArchivistLooksAtItsEndFirst(t *testing.T) {
	store, archive := newMemory(), newShelves()
	at := time.Date(2026, 10, 30, 22, 0, 0, 0, time.UTC)
	store.put(commitOf("match-a", 1, 1, at))
	other := &engine.Archivist{Feed: store, Archive: archive, Checkpoints: store}
	checkpoints := &interrupted{store, func() {
		if _, err := other.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		store.put(commitOf("match-a", 2, 1, at))
		archive.breaks = func() error { return errCrash }
		if _, err := other.Run(t.Context()); !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		archive.breaks = nil
	}}
	if _, err := (&engine.Archivist{Feed: store, Archive: archive, Checkpoints: checkpoints}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole(t, store, archive)
}

func TestArchiveTellsWhatIsWrongWithIt(t *testing.T) {
	store := newMemory()
	for n := range 3 {
		store.put(commitOf("match-a", uint64(n+1), 1, time.Date(2026, 10, 31, n, 0, 0, 0, time.UTC)))
	}
	const name = "category=match/day=2026-10-31/00000000000000000001-00000000000000000003"
	for what, spoil := range map[string]func(files map[string][]byte){
		"checksum":     func(files map[string][]byte) { files["commits/"+name+".jsonl.gz"][20] ^= 1 },
		"no such file": func(files map[string][]byte) { delete(files, "commits/"+name+".jsonl.gz") },
		"manifest says": func(files map[string][]byte) {
			files["manifests/"+name+".json"] = []byte(strings.Replace(string(files["manifests/"+name+".json"]), `"commits":3`, `"commits":4`, 1))
		},
		"read the manifest": func(files map[string][]byte) { files["manifests/"+name+".json"] = []byte("{") },
	} {
		archive := newShelves()
		store.checkpoints = map[string]uint64{}
		if n, err := (&engine.Archivist{Feed: store, Archive: archive, Checkpoints: store}).Run(t.Context()); err != nil || n != 3 {
			t.Fatal(n, err)
		}
		spoil(archive.files)
		var found error
		for _, err := range engine.ReadArchive(t.Context(), archive, "") {
			found = err
		}
		if found == nil || !strings.Contains(found.Error(), what) {
			t.Errorf("%s: %v", what, found)
		}
	}
}

// What stands under a segment's name must be the segment.
func TestArchivistTakesNothingElseForASegment(t *testing.T) {
	store, archive := newMemory(), newShelves()
	store.put(commitOf("match-a", 1, 1, time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)))
	archive.files["commits/category=match/day=2026-10-31/00000000000000000001-00000000000000000001.jsonl.gz"] = []byte("something else")
	var fault *es.Fault
	if _, err := (&engine.Archivist{Feed: store, Archive: archive, Checkpoints: store}).Run(t.Context()); !errors.As(err, &fault) {
		t.Errorf("got %v", err)
	}
}
