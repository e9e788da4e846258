package contract

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Log tests an [engine.Log] beside the store whose commits it carries, as [Feed] does.
func Log(t *testing.T, open func(t *testing.T) (engine.EventStore, engine.Log)) {
	store, log := open(t)
	begin := atEnd(t, log).position
	streams := map[es.StreamID][]es.Commit{
		newStream("contract"): nil, newStream("contract"): nil, newStream("contractor"): nil,
	}
	for stream := range streams {
		streams[stream] = chain(t, stream, 9)
	}
	for i := range 9 {
		for _, commits := range streams {
			save(t, store, draftOf(commits[i]))
		}
	}
	(&reader{feed: log, position: begin, seen: map[es.StreamID][]es.Commit{}}).until(t, 100, streams)
	all, err := log.Read(t.Context(), begin, 1000)
	try(t, "read the feed", err)
	end := all[len(all)-1].Position

	asked := []engine.Look{
		{},
		{Categories: []string{"contract"}},
		{Categories: []string{"contractor"}},
		{Categories: []string{"contrac"}},
		{Categories: []string{"contrac", "contractor"}},
		{Categories: []string{"contractor", "contract"}},
		{Stream: newStream("contract")},
	}
	for stream := range streams {
		asked = append(asked, engine.Look{Stream: stream})
	}
	for _, l := range asked {
		for _, place := range [][2]uint64{{begin + 1, end}, {begin + 4, end - 5}, {begin + 7, begin + 7}, {end, end + 100}, {end + 1, end + 2}} {
			for _, limit := range []int{1, 4, 100} {
				for _, backward := range []bool{false, true} {
					l.First, l.Last, l.Limit, l.Backward = place[0], place[1], limit, backward
					got, err := log.Look(t.Context(), l)
					try(t, "look through the feed", err)
					same(t, "what is found", got, looked(all, l))
				}
			}
		}
	}
}

// looked is what a look should find.
func looked(all []es.Positioned, l engine.Look) (found []es.Positioned) {
	for _, c := range all {
		if c.Position >= l.First && c.Position <= l.Last && (l.Stream == "" || c.Stream == l.Stream) &&
			(len(l.Categories) == 0 || slices.Contains(l.Categories, c.Stream.Category())) {
			found = append(found, c)
		}
	}
	if l.Backward {
		slices.Reverse(found)
	}
	return found[:min(l.Limit, len(found))]
}

// DirectoryCategories are those of the streams that [Directory] begins.
func DirectoryCategories() []string { return []string{"tree", "treehouse", "apple"} }

// Directory tests an [engine.Directory] beside the store whose streams it lists. What brings streams to the directory runs
// from when open returns; the suite waits for it. There are no other streams.
func Directory(t *testing.T, open func(t *testing.T) (engine.EventStore, engine.Directory)) {
	store, directory := open(t)
	var all []engine.Begun
	for i, id := range []string{"tree-1", "tree-10", "tree-2", "tree-é", "tree-" + uuid.NewString(), "treehouse-1", "apple-x.y@z", "tree-1-1", "treehouse-~"} {
		first := draft(t, es.StreamID(id), es.Head{}, 2)
		first.Origin.Time = instant(i * 1000)
		c := save(t, store, first)[0]
		save(t, store, draft(t, es.StreamID(id), c.Head(), 1))
		all = append(all, engine.Begun{Stream: c.Stream, Since: c.Time})
	}
	slices.SortFunc(all, func(a, b engine.Begun) int { return strings.Compare(string(a.Stream), string(b.Stream)) })
	list := func(which engine.Streams) []engine.Begun {
		t.Helper()
		found, err := directory.Streams(t.Context(), which)
		try(t, "list streams", err)
		return found
	}
	wait(t, "all streams are listed", func() bool { return len(list(engine.Streams{Limit: 100})) == len(all) })

	for _, prefix := range []string{"", "t", "tree", "tree-", "tree-1", "treehouse-", "apple-x.y@z", "apple-x.y@zz", "u"} {
		for _, start := range []string{"", "a", "tree-1", "tree-10", "tree-1a", "tree.", "treehouse-1", "z"} {
			for _, limit := range []int{1, 3, 100} {
				for _, reverse := range []bool{false, true} {
					which := engine.Streams{Prefix: prefix, Start: start, Reverse: reverse, Limit: limit}
					if got, want := list(which), listed(all, which); !slices.Equal(got, want) {
						t.Errorf("%+v gives %v, want %v", which, got, want)
					}
				}
			}
		}
	}
}

// listed is what a directory should give of streams in order.
func listed(all []engine.Begun, which engine.Streams) (found []engine.Begun) {
	all = slices.Clone(all)
	if which.Reverse {
		slices.Reverse(all)
	}
	for _, b := range all {
		id := string(b.Stream)
		outside := id < which.Start
		if which.Reverse {
			outside = which.Start != "" && id > which.Start
		}
		if strings.HasPrefix(id, which.Prefix) && !outside && len(found) < which.Limit {
			found = append(found, b)
		}
	}
	return found
}

// Agenda tests an [engine.Agenda] beside the timers that it lists; there are no others. One that does not page, as
// stand-ins for AWS do not, is only asked for all at once.
func Agenda(t *testing.T, now time.Time, pages bool, open func(t *testing.T) (engine.Timers, engine.Agenda)) {
	timers, agenda := open(t)
	var want []engine.Errand
	for _, hours := range []int{30, 2, 700, 5, 48} {
		e := fullErrand(t, newStream("contract"))
		e.Due = now.Add(time.Duration(hours) * time.Hour).Truncate(time.Millisecond).UTC()
		set(t, timers, e)
		want = append(want, e)
	}
	slices.SortFunc(want, func(a, b engine.Errand) int { return a.Due.Compare(b.Due) })
	limits := []int{100}
	if pages {
		limits = append(limits, 1, 2, 5)
	}
	for _, limit := range limits {
		var got []engine.Errand
		for cursor, more := "", true; more; {
			page, err := agenda.Upcoming(t.Context(), cursor, limit)
			try(t, "list the timers", err)
			if len(page.Errands) > limit {
				t.Fatalf("a page of %d has %d timers", limit, len(page.Errands))
			}
			got = append(got, page.Errands...)
			cursor, more = page.Next, page.Next != ""
		}
		same(t, "the timers", got, want)
	}
}
