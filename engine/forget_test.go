package engine_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// profile is a document that shows persons.
type profile struct {
	Name    string   `json:"name"`
	Friends []string `json:"friends,omitempty"`
}

var profiles = es.Project(
	"profiles",
	es.Upon(members, func(p profile, e admitted, _ es.Meta) profile { p.Name = e.Name; return p }),
	es.Upon(members, func(p profile, e befriended, _ es.Meta) profile {
		p.Friends = append(p.Friends[:len(p.Friends):len(p.Friends)], e.Friend.Name)
		return p
	}),
).Searchable(func(p profile) string { return p.Name }).IndexedBy("name", func(p profile) []es.Key { return []es.Key{{Partition: "all", Sort: p.Name}} })

// liked is a view of many streams, with a row for whoever is somebody's friend.
var liked = es.ProjectFeed(
	"liked",
	es.Into(members, func(e befriended, _ es.Meta) string { return e.Friend.ID }, func(p profile, e befriended, _ es.Meta) profile {
		p.Name = e.Friend.Name
		return p
	}),
)

var club = es.NewApp(es.Context{Name: "club", Aggregates: []es.Folder{members}, Views: []*es.ViewDecl{profiles.ViewDecl, liked.ViewDecl}})

// clubhouse is an installation of the club. Ann has befriended Bob and he her; both views show them, in two generations.
type clubhouse struct {
	*engine.Installation
	stored *memory
	keys   *keyring
}

func open(t *testing.T) clubhouse {
	t.Helper()
	stored, keys := newMemory(), newKeyring()
	house := clubhouse{stored: stored, keys: keys, Installation: installed(stored, keys)}
	house.happen(t, "member-ann", es.Head{}, admitted{"Ann", "ann@example.com"}, befriended{Friend: friend{"bob", "Bob"}})
	house.happen(t, "member-bob", es.Head{}, admitted{"Bob", "bob@example.com"}, befriended{Friend: friend{"ann", "Ann"}})
	for _, u := range (admitted{Email: "ann@example.com"}).Claims() {
		reserved, err := es.Holders.Record([]es.Event[es.Holder]{es.Reserved{Owner: "member-ann"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := stored.Append(t.Context(), es.Draft{Stream: u.Stream(), Events: reserved}); err != nil {
			t.Fatal(err)
		}
	}
	for _, view := range club.Views() {
		stored.standings = map[string]engine.Standing{
			profiles.Name: {Live: 1, Next: 2, Last: 2}, liked.Name: {Live: 1, Kept: 2, Last: 2},
		}
		house.project(t, view)
	}
	return house
}

// installed puts a process on a store together, which knows no key yet.
func installed(stored *memory, keys *keyring) *engine.Installation {
	seals := engine.NewSeals(keys, 0)
	return &engine.Installation{
		App: club, Commands: &engine.Commands{Store: seals.Store(stored)}, Stored: stored, Feed: stored, Seals: seals, Keys: keys,
		Views: stored, Search: stored, Generations: stored, Checkpoints: stored, Lot: stored, Turns: &engine.Turns{Generations: stored},
	}
}

func (h clubhouse) happen(t *testing.T, stream es.StreamID, after es.Head, events ...es.Event[member]) {
	t.Helper()
	if err := h.Commands.Store.Append(t.Context(), memberDraft(t, stream, after, events...)); err != nil {
		t.Fatal(err)
	}
}

func (h clubhouse) project(t *testing.T, view *es.ViewDecl) {
	t.Helper()
	c := h.Consumers()[view.Name]
	if view.Global {
		if err := (engine.Global{Consumer: c}).Deliver(t.Context(), "", nil, 1); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, stream := range []es.StreamID{"member-ann", "member-bob"} {
		if err := c.Deliver(t.Context(), stream, h.stored.streams[stream], 1); err != nil {
			t.Fatal(err)
		}
	}
}

func (h clubhouse) forget(bound time.Duration) *engine.Forget {
	// As another process, like that of the command line.
	return &engine.Forget{Installation: installed(h.stored, h.keys), Subject: "ann", By: "root", Why: "asked", Bound: bound}
}

// shows fails if anything that can be looked at has Ann's name or address, and unless Bob's are as they were.
func (h clubhouse) shows(t *testing.T, ann, bob string) {
	t.Helper()
	for _, name := range []string{"profiles", "profiles@2", "liked", "liked@2"} {
		rows := rowsOf(h.stored, name)
		text := string(rows["ann"].Doc) + string(rows["bob"].Doc)
		if len(rows) != 2 || !strings.Contains(text, `"name":"`+ann+`"`) || !strings.Contains(text, `"name":"`+bob+`"`) {
			t.Fatalf("%s shows %s, want %s and %s", name, text, ann, bob)
		}
		if ann != "Ann" && strings.Contains(text, "Ann") {
			t.Fatalf("%s still shows %s", name, text)
		}
	}
	for _, name := range []string{"profiles", "profiles@2"} {
		if row := rowsOf(h.stored, name)["ann"]; row.Keys[0].Sort != ann || h.stored.index[name+" ann"].text != ann {
			t.Fatalf("%s lists %v, and finds %q", name, row.Keys, h.stored.index[name+" ann"].text)
		}
	}
}

func (h clubhouse) holder(t *testing.T, u es.Unique) es.StreamID {
	t.Helper()
	state, err := h.Commands.State(t.Context(), es.Holders, u.Stream())
	if err != nil {
		t.Fatal(err)
	}
	return state.(es.Holder).Owner
}

func TestForget(t *testing.T) {
	h := open(t)
	h.shows(t, "Ann", "Bob")
	f := h.forget(time.Nanosecond)
	seen, err := f.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := engine.Found{Streams: 2, Texts: 3, Events: []engine.FoundEvent{{"member", "Admitted", 1}, {"member", "Befriended", 1}}}
	if diff := cmp.Diff(want, seen.Found); diff != "" || seen.Values != 1 || len(seen.Rows) != 4 {
		t.Errorf("found %d values, %v rows and (-want +got):\n%s", seen.Values, seen.Rows, diff)
	}
	h.shows(t, "Ann", "Bob")

	report, err := f.Run(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	h.shows(t, "gone", "Bob")
	if report.Done.IsZero() || report.By != "root" || report.Values != 1 || report.Waiting {
		t.Errorf("reported %+v", report)
	}
	claims := admitted{Email: "ann@example.com"}.Claims()
	if got := []es.StreamID{h.holder(t, claims[0].Unique), h.holder(t, claims[1].Unique)}; !slices.Equal(got, []es.StreamID{"", "member-ann"}) {
		t.Errorf("values are held by %q", got)
	}
	// A rebuild comes to the same rows, and so does who folds the events anew.
	for _, view := range club.Views() {
		rows := rowsOf(h.stored, view.Name)
		fresh := clubhouse{stored: newMemory(), keys: h.keys}
		fresh.stored.streams, fresh.stored.order = h.stored.streams, h.stored.order
		fresh.Installation = installed(fresh.stored, h.keys)
		fresh.project(t, view)
		sameRows(t, rowsOf(fresh.stored, view.Name), rows)
	}
	again, err := h.forget(time.Nanosecond).Run(t.Context(), true)
	if err != nil || again.Values != 0 || len(again.Rows) != 0 || !again.At.Equal(report.At) {
		t.Errorf("once more it reported %+v, error %v", again, err)
	}
}

// TestForgetOutlastsProcesses has a process that knows the key save what it has opened, behind the first round.
func TestForgetOutlastsProcesses(t *testing.T) {
	h := open(t)
	f := h.forget(time.Hour)
	now := time.Now()
	f.World.Now = func() time.Time { return now }
	first, err := f.Run(t.Context(), false)
	if err != nil || !first.Waiting {
		t.Fatalf("it reported %+v, error %v", first, err)
	}
	h.shows(t, "gone", "Bob")
	h.happen(t, "member-ann", es.HeadAt(2, 0), admitted{"Annie", "annie@example.com"})
	for _, view := range club.Views() {
		h.project(t, view)
	}
	if text := string(rowsOf(h.stored, "profiles")["ann"].Doc); !strings.Contains(text, "Annie") {
		t.Fatalf("the test's process does not know the key: it shows %s", text)
	}
	stale := rowsOf(h.stored, "profiles")["ann"] // that another process has read, and is about to save
	for _, late := range []bool{true, false} {
		now = now.Add(time.Hour)
		again, err := f.Run(t.Context(), false)
		if err != nil || !again.Waiting || !again.Again.After(now) || !again.Done.IsZero() {
			t.Fatalf("it reported %+v, error %v", again, err)
		}
		h.shows(t, "gone", "Bob")
		if late {
			is := rowsOf(h.stored, "profiles")["ann"]
			if err := h.stored.Save(t.Context(), "profiles", "ann", is, stale); err != nil {
				t.Fatal(err)
			}
		}
	}
	now = now.Add(time.Hour)
	last, err := f.Run(t.Context(), false)
	if err != nil || last.Waiting || last.Done.IsZero() {
		t.Fatalf("it reported %+v, error %v", last, err)
	}
	h.shows(t, "gone", "Bob")
}

// TestForgetAfterACrash breaks off at every write, before it and behind it, and then does it all again.
func TestForgetAfterACrash(t *testing.T) {
	for step := 1; ; step++ {
		h := open(t)
		count := 0
		var mu sync.Mutex
		crash := func() error {
			mu.Lock()
			defer mu.Unlock()
			if count++; count >= step {
				return errCrash
			}
			return nil
		}
		h.stored.breaks, h.keys.breaks = crash, crash
		_, err := h.forget(time.Nanosecond).Run(context.Background(), true)
		h.stored.breaks, h.keys.breaks = nil, nil
		if err == nil {
			if step < 15 {
				t.Fatalf("there are only %d steps", step)
			}
			return
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		report, err := h.forget(time.Nanosecond).Run(context.Background(), true)
		if err != nil || report.Done.IsZero() {
			t.Fatalf("after a crash at step %d: %+v, error %v", step, report, err)
		}
		h.shows(t, "gone", "Bob")
		if owner := h.holder(t, admitted{Email: "ann@example.com"}.Claims()[0].Unique); owner != "" {
			t.Fatalf("after a crash at step %d the address is held by %s", step, owner)
		}
	}
}

// TestForgetAmongWriters goes on while others write and project.
func TestForgetAmongWriters(t *testing.T) {
	h := open(t)
	var all sync.WaitGroup
	ended := make(chan struct{})
	all.Go(func() {
		version := uint64(2)
		for range 200 {
			h.happen(t, "member-bob", es.HeadAt(version, 0), befriended{Friend: friend{"ann", "Ann"}})
			version++
			for _, view := range club.Views() {
				h.project(t, view)
			}
		}
		close(ended)
	})
	if _, err := h.forget(time.Nanosecond).Run(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	<-ended
	all.Wait()
	if _, err := h.forget(time.Nanosecond).Run(t.Context(), true); err != nil { // now that nobody knows the key
		t.Fatal(err)
	}
	h.shows(t, "gone", "Bob")
	for _, c := range h.stored.order {
		for _, e := range c.Events {
			if bytes.Contains(e.Data, []byte(`"Ann"`)) {
				t.Fatalf("stored %s", e.Data)
			}
		}
	}
}
