package es_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/foldstream/foldstream/es"
)

// says makes sure that a declaration panics, and what it says then.
func says(t *testing.T, want string, declare func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if said, _ := recover().(string); !strings.Contains(said, want) {
			t.Fatalf("it said %q, want %q", said, want)
		}
	}()
	declare()
}

// hear is a command that a listener can send.
type hear struct {
	ID   string   `json:"-" path:"doorId"`
	What es.Heard `json:"-"`
}

func (c hear) Stream() string                                { return c.ID }
func (c hear) Validate() error                               { return nil }
func (c hear) Decide(door, es.Env) ([]es.Event[door], error) { return nil, nil }
func (hear) Hear(l es.Listening, h es.Heard) hear            { return hear{ID: l.ID, What: h} }

var doHear = es.Internal[hear](doors, "hear")

func TestWrongTraitsAndListeners(t *testing.T) {
	source := fstest.MapFS{"a.go": {Data: []byte("package a")}}
	fresh := func() *es.Aggregate[door] { return es.Of("door", es.On[opened]("Opened")) }
	into := es.Into(doors, func(opened, es.Meta) string { return "" }, func(n int, _ opened, _ es.Meta) int { return n })
	for name, c := range map[string]struct {
		says    string
		declare func()
	}{
		"a tick of less than a second":       {"one second", func() { fresh().Ticks(time.Second - 1) }},
		"a tick of what does not tick":       {"does not tick", func() { es.Tick(doors, doOpen, func(opened, es.Meta) open { return open{} }) }},
		"a snapshot each version":            {"es.Snapshots(1)", func() { fresh().Snapshots(1, source) }},
		"snapshots without a source":         {"the fold's source", func() { fresh().Snapshots(10) }},
		"a listener of a deaf command":       {"has no method Hear", func() { es.NewListener("ear", doOpen, es.Hears[opened](doors)) }},
		"hearing of another aggregate":       {"is not an event of door", func() { es.Hears[painted](doors) }},
		"asking with another command":        {"hear takes es_test.hear, not es_test.open", func() { asking(doHear) }},
		"an event twice in a view of many":   {"door/Opened is declared twice", func() { es.ProjectFeed("all", into, into) }},
		"a search of what is not searchable": {"is not searchable", func() { es.Search(countView(), "find", "GET /found") }},
		"a search with parameters":           {"has parameters", func() { es.Search(countView().Searchable(func(int) string { return "" }), "find", "GET /found/{id}") }},
		"an event of a view of many, unknown": {"is not an event of door", func() {
			es.Into(doors, func(painted, es.Meta) string { return "" }, func(n int, _ painted, _ es.Meta) int { return n })
		}},
	} {
		t.Run(name, func(t *testing.T) { says(t, c.says, c.declare) })
	}
}

func countView() es.View[int] {
	return es.Project("counts", es.Upon(doors, func(n int, _ opened, _ es.Meta) int { return n + 1 }))
}

// asking adds to a declaration what another command asks.
func asking(d *es.CommandDecl) {
	es.Asks(doors, func(c open) string { return c.ID }, func(c open, _ door) open { return c })(d)
}

func TestFingerprint(t *testing.T) {
	of := func(source fstest.MapFS) es.FoldID {
		return es.Of("door", es.On[opened]("Opened")).Snapshots(10, source).FoldID()
	}
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	base := fstest.MapFS{"a.go": text("package a"), "b.go": text("package b")}
	want := of(base)
	if want.Name != "es_test.door" || want.Fingerprint == "" {
		t.Fatalf("the fold is %+v", want)
	}
	for name, c := range map[string]struct {
		source fstest.MapFS
		same   bool
	}{
		"the same again":  {base, true},
		"with a test":     {fstest.MapFS{"a.go": text("package a"), "a_test.go": text("package a"), "b.go": text("package b")}, true},
		"with a note":     {fstest.MapFS{"a.go": text("package a"), "a.txt": text("x"), "b.go": text("package b")}, true},
		"another text":    {fstest.MapFS{"a.go": text("package a"), "b.go": text("package c")}, false},
		"another name":    {fstest.MapFS{"a.go": text("package a"), "c.go": text("package b")}, false},
		"one more":        {fstest.MapFS{"a.go": text("package a"), "b.go": text("package b"), "c.go": text("")}, false},
		"text moved over": {fstest.MapFS{"a.go": text("package ab.gopackage b")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := of(c.source); (got == want) != c.same {
				t.Fatalf("got %+v, the base has %+v", got, want)
			}
		})
	}
	if got := es.Of("door", es.On[opened]("Opened")).Snapshots(10, base, fstest.MapFS{"x.go": text("package x")}).FoldID(); got == want {
		t.Fatal("a second package does not count")
	}
	if doors.FoldID() != (es.FoldID{}) {
		t.Fatal("what has no snapshots has a fold")
	}
}

func TestTraits(t *testing.T) {
	fresh := func() *es.Aggregate[door] { return es.Of("door", es.On[opened]("Opened")) }
	for name, c := range map[string]struct {
		a    *es.Aggregate[door]
		want es.Traits
	}{
		"none":   {fresh(), es.Traits{Writing: es.Live}},
		"plain":  {fresh().Plain(), es.Traits{Writing: es.Plain}},
		"single": {fresh().Single(), es.Traits{Writing: es.Single}},
		"others": {
			fresh().Latest().Ticks(time.Minute).Snapshots(7, fstest.MapFS{}), es.Traits{Latest: true, Tick: time.Minute, Snapshot: 7},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.a.Traits(); got != c.want {
				t.Fatalf("got %+v, want %+v", got, c.want)
			}
		})
	}
	t.Run("a state comes back as it was encoded", func(t *testing.T) {
		data, err := es.Encode(door{3})
		if err != nil {
			t.Fatal(err)
		}
		if s, err := doors.DecodeState(data); err != nil || s != any(door{3}) {
			t.Fatalf("got %v, %v", s, err)
		}
		if _, err := doors.DecodeState([]byte("{")); err == nil {
			t.Fatal("a torn state was read")
		}
	})
	t.Run("a tick sends its command when its time has gone by", func(t *testing.T) {
		ticking := fresh().Ticks(time.Minute)
		do := es.Internal[open](ticking, "tick")
		s := es.NewSaga("ticks", es.Tick(ticking, do, func(e opened, m es.Meta) open { return open{m.Stream.ID() + e.By} }))
		now := time.Unix(1000, 0)
		c := es.Commit{Stream: "door-1", Version: 1, Events: []es.Recorded{{Type: "Opened", Data: []byte(`{"by":"x"}`)}}, Origin: es.Origin{Time: now}}
		acts, err := s.React(c, 0, nil)
		if err != nil || !s.Timers || len(acts) != 1 || acts[0].Command != any(open{"1x"}) || !acts[0].Due.Equal(now.Add(time.Minute)) {
			t.Fatalf("%+v, %v; timers: %v", acts, err, s.Timers)
		}
	})
}

func TestReadingAnEvent(t *testing.T) {
	c := es.Commit{Stream: "door-1", Version: 1, Events: []es.Recorded{{Type: "Opened", Data: []byte(`{"by":"x"}`)}, {Type: "Burnt", Data: []byte(`{}`)}}}
	if e, err := doors.Read(c, 0); err != nil || e != es.Event[door](opened{"x"}) {
		t.Fatalf("got %v, %v", e, err)
	}
	var fault *es.Fault
	if _, err := doors.Read(c, 1); !errors.As(err, &fault) {
		t.Fatalf("got %v", err)
	}
}
