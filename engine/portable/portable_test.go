package portable_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/portable"
	"github.com/foldstream/foldstream/es"
)

// store is a store with nothing but what is exported.
type store struct {
	commits []es.Commit
	timers  []engine.Errand
	soon    int
	parked  []engine.Parked
	waiting map[string]uint64
}

func (s *store) Read(_ context.Context, after uint64, limit int) (page []es.Positioned, err error) {
	for p := after; p < min(uint64(len(s.commits)), after+uint64(limit)); p++ {
		page = append(page, es.Positioned{Position: p + 1, Commit: s.commits[p]})
	}
	return page, nil
}

func (s *store) End(context.Context) (uint64, error) { return uint64(len(s.commits)), nil }

// Upcoming gives one timer a page.
func (s *store) Upcoming(_ context.Context, cursor string, _ int) (engine.Upcoming, error) {
	n := len(cursor)
	if n >= len(s.timers) {
		return engine.Upcoming{Soon: s.soon}, nil
	}
	page := engine.Upcoming{Errands: s.timers[n : n+1]}
	if n+1 < len(s.timers) {
		page.Next = cursor + "x"
	} else {
		page.Soon = s.soon
	}
	return page, nil
}

func (s *store) Park(context.Context, engine.Parked) error               { return nil }
func (s *store) Unpark(context.Context, string, es.StreamID) error       { return nil }
func (s *store) Parked(context.Context) (all []engine.Parked, err error) { return s.parked, nil }
func (s *store) Backlog(_ context.Context, c string) (engine.Backlog, error) {
	return engine.Backlog{Waiting: s.waiting[c]}, nil
}

type counter struct{}

type added struct{ N int }

func (e added) Evolve(c counter) counter { return c }

var counters = es.Of("counter", es.On[added]("Added"))

var app = es.NewApp(es.Context{
	Name: "counting", Aggregates: []es.Folder{counters},
	Sagas: []*es.Saga{es.NewSaga("acts", es.React(counters, func(added, es.Meta) []es.Act { return nil }))},
})

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// history is n commits of a few streams among each other.
func history(n int) *store {
	s := &store{waiting: map[string]uint64{}}
	heads := map[es.StreamID]es.Head{}
	for i := range n {
		d := es.Draft{Stream: es.StreamID(fmt.Sprint("counter-", i%5))}
		d.After = heads[d.Stream]
		for j := range 1 + i%3 {
			d.Events = append(d.Events, es.Recorded{Type: "Added", Schema: j, Data: []byte(fmt.Sprintf(`{"N":%d,"text":"é\n%s"}`, i, strings.Repeat("x", i)))})
		}
		d.Origin = es.Origin{CommandID: uuid.NewString(), TraceID: "t", Invoker: "u1", Time: noon.Add(time.Duration(i) * time.Millisecond)}
		heads[d.Stream] = d.Commit().Head()
		s.commits = append(s.commits, d.Commit())
	}
	return s
}

func (s *store) export(tb interface {
	Helper()
	Fatal(args ...any)
}, until uint64,
) ([]byte, portable.Trailer) {
	tb.Helper()
	var file bytes.Buffer
	x := &portable.Export{App: app, Feed: s, Agenda: s, Lot: s, Backlogs: s, Now: noon, Progress: func(uint64, uint64) {}}
	trailer, err := x.Run(context.Background(), &file, until)
	if err != nil {
		tb.Fatal(err)
	}
	return file.Bytes(), trailer
}

// read reads all of a file.
func read(file []byte) (got store, t portable.Trailer, err error) {
	r, err := portable.NewReader(bytes.NewReader(file))
	for err == nil {
		var l portable.Line
		if l, err = r.Next(); errors.Is(err, io.EOF) {
			return got, r.Trailer(), nil
		}
		if l.Commit != nil {
			got.commits = append(got.commits, l.Commit.Commit)
		}
		if l.Timer != nil {
			got.timers = append(got.timers, *l.Timer)
		}
	}
	return got, t, err
}

func TestExport(t *testing.T) {
	s := history(40)
	s.timers = []engine.Errand{{ID: "a", Command: "add", Due: noon, Input: []byte(`{}`)}, {ID: "b", Command: "add", Due: noon, Input: []byte(`{}`)}}
	s.soon, s.waiting["acts"] = 3, 7
	s.waiting["some-view"] = 9
	s.parked = []engine.Parked{{Consumer: "acts", Stream: "counter-1", Version: 3, Error: "secret"}, {Consumer: "some-view", Stream: "counter-1"}}
	file, trailer := s.export(t, 0)
	got, ended, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.commits, got.commits); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s.timers, got.timers); diff != "" {
		t.Error(diff)
	}
	left := portable.Left{Soon: 3, Waiting: map[string]uint64{"acts": 7}, Parked: []portable.Stuck{{"acts", "counter-1", 3}}}
	want := portable.Trailer{Commits: 40, Events: 79, Timers: 2, Left: left, Contents: trailer.Contents, SHA256: trailer.SHA256}
	for _, got := range []portable.Trailer{trailer, ended} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}

	before := file[:bytes.LastIndexByte(file[:len(file)-1], '\n')+1]
	if sum := fmt.Sprintf("%x", sha256.Sum256(before)); sum != trailer.SHA256 {
		t.Errorf("the lines before the end have the checksum %s, it says %s", sum, trailer.SHA256)
	}

	t.Run("up to a position", func(t *testing.T) {
		file, some := s.export(t, 13)
		other := history(0)
		other.commits = s.commits[:13]
		_, all := other.export(t, 0)
		if some.Commits != 13 || some.Contents != all.Contents || some.Contents == trailer.Contents {
			t.Errorf("it has %d commits with the checksum %s", some.Commits, some.Contents)
		}
		if bytes.Count(file, []byte(`"commit":`)) != 13 {
			t.Error("the file has other commits")
		}
	})
	t.Run("of nothing", func(t *testing.T) {
		file, trailer := history(0).export(t, 0)
		if _, ended, err := read(file); err != nil || trailer.Commits != 0 || ended.SHA256 != trailer.SHA256 {
			t.Errorf("read %+v, error %v", ended, err)
		}
		if r, err := portable.NewReader(bytes.NewReader(file)); err != nil || r.Header().Source == "" {
			t.Error(err)
		}
	})
}

// TestDamages changes, cuts, moves and removes, and wants to be told where.
func TestDamages(t *testing.T) {
	file, _ := history(30).export(t, 0)
	lines := bytes.SplitAfter(file, []byte("\n"))
	lines = lines[:len(lines)-1]
	other, _ := history(30).export(t, 0)
	others := bytes.SplitAfter(other, []byte("\n"))
	with := func(n int, line []byte) [][]byte {
		changed := append([][]byte(nil), lines...)
		changed[n] = line
		return changed
	}
	for name, c := range map[string]struct {
		lines [][]byte
		line  int // from 1
	}{
		"a digit":                  {with(9, bytes.Replace(lines[9], []byte(`"N":8`), []byte(`"N":3`), 1)), 10},
		"a link":                   {with(4, append([]byte(`{"link":"z`), lines[4][10:]...)), 5},
		"a space":                  {with(4, append([]byte(" "), lines[4]...)), 5},
		"a line too few":           {append(append([][]byte(nil), lines[:7]...), lines[8:]...), 8},
		"a line twice":             {append(append([][]byte(nil), lines[:8]...), lines[7:]...), 9},
		"two lines changed about":  {append(append(append([][]byte(nil), lines[:5]...), lines[6], lines[5]), lines[7:]...), 6},
		"a line of another store":  {with(6, others[6]), 7},
		"another store's header":   {with(0, others[0]), 32},
		"an empty line":            {append(append(append([][]byte(nil), lines[:5]...), []byte("\n")), lines[5:]...), 6},
		"no end":                   {lines[:31], 31},
		"half a line":              {with(31, lines[31][:60]), 31},
		"something behind the end": {append(append([][]byte(nil), lines...), lines[31]), 33},
		"a line without an end":    {with(31, bytes.TrimSuffix(lines[31], []byte("\n"))), 31},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(bytes.Join(c.lines, nil))
			if !errors.Is(err, portable.ErrDamaged) || !strings.Contains(err.Error(), fmt.Sprintf("line %d", c.line)) {
				t.Errorf("got error %v, want one about line %d", err, c.line)
			}
		})
	}
	for name, file := range map[string]string{
		"another format":   strings.Replace(string(lines[0]), `"format":1`, `"format":7`, 1),
		"something else":   `{"id":1}` + "\n",
		"no text":          "\x00\x01\n",
		"an older program": `{"foldstream":{"format":0}}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := read([]byte(file)); !errors.Is(err, portable.ErrFormat) {
				t.Errorf("got error %v, want %v", err, portable.ErrFormat)
			}
		})
	}
	if _, _, err := read(nil); !errors.Is(err, portable.ErrDamaged) {
		t.Errorf("of an empty file: got error %v", err)
	}
}

// TestAnyDamage changes a file in any place.
func TestAnyDamage(t *testing.T) {
	s := history(12)
	s.timers = []engine.Errand{{ID: "a", Command: "add", Due: noon, Input: []byte(`{}`)}}
	file, _ := s.export(t, 0)
	rapid.Check(t, func(r *rapid.T) {
		damaged := bytes.Clone(file)
		at := rapid.IntRange(0, len(file)-1).Draw(r, "place")
		switch rapid.IntRange(0, 3).Draw(r, "damage") {
		case 0:
			damaged[at] ^= byte(rapid.IntRange(1, 255).Draw(r, "bits"))
		case 1:
			damaged = damaged[:at]
		case 2:
			damaged = append(damaged[:at], damaged[min(len(damaged), at+rapid.IntRange(1, 300).Draw(r, "length")):]...)
		case 3:
			more := rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(r, "more")
			damaged = append(append(bytes.Clone(file[:at]), more...), file[at:]...)
		}
		if bytes.Equal(damaged, file) {
			r.Skip()
		}
		if _, _, err := read(damaged); !errors.Is(err, portable.ErrDamaged) && !errors.Is(err, portable.ErrFormat) {
			r.Fatalf("got error %v", err)
		}
	})
}

// FuzzReader makes sure that no file makes the reader panic, nor gives it anything that an export would not have.
func FuzzReader(f *testing.F) {
	file, _ := history(5).export(f, 0)
	f.Add(file)
	f.Add([]byte(`{"link":"00000000000000000000000000000000","foldstream":{"format":1}}` + "\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, trailer, err := read(file)
		if err == nil && uint64(len(got.commits)) != trailer.Commits {
			t.Fatalf("read %d commits of %d", len(got.commits), trailer.Commits)
		}
	})
}
