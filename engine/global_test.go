package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// chronicles have a row for the even numbers and one for the odd ones, of whatever counter, with what was added in order.
// Those break on 13. Dials go into a row of their own.
var chronicles = es.ProjectFeed(
	"chronicles",
	es.Into(counters, func(e added, _ es.Meta) string {
		switch {
		case e.N == 0:
			return ""
		case e.N%2 == 0:
			return "even"
		}
		return "odd"
	}, func(d string, e added, m es.Meta) string {
		if e.N == 13 {
			panic("unlucky")
		}
		return d + fmt.Sprintf("%s %d,", m.Stream.ID(), e.N)
	}),
	es.Into(dials, func(turned, es.Meta) string { return "dials" }, func(d string, e turned, _ es.Meta) string { return d + fmt.Sprint(e.To, ",") }),
)

func chronicler(m *memory) engine.Global {
	return engine.NewGlobal(&engine.Projector{View: chronicles.ViewDecl, Views: m}, m, m, m, engine.World{})
}

// wake tells a view that there is more in the feed.
func wake(t testing.TB, g engine.Global, m *memory) error {
	t.Helper()
	c := engine.FeedAdvanced(uint64(len(m.order)), time.Now())
	return g.Deliver(t.Context(), c.Stream, []es.Commit{c}, 1)
}

// feed appends one commit of additions to the counter of a name.
func feed(t testing.TB, m *memory, id string, ns ...int) {
	t.Helper()
	stream := es.NewStreamID("counter", id)
	var head es.Head
	if c := m.streams[stream]; len(c) > 0 {
		head = c[len(c)-1].Head()
	}
	var events []es.Event[counter]
	for _, n := range ns {
		events = append(events, added{n})
	}
	recorded, err := counters.Record(events)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.add([]es.Draft{{Stream: stream, After: head, Events: recorded}}); err != nil {
		t.Fatal(err)
	}
}

func chronicle(t testing.TB, m *memory, id string) (doc string, version uint64) {
	t.Helper()
	row := m.rows["chronicles "+id]
	if len(row.Doc) > 0 {
		if err := es.Decode(row.Doc, &doc); err != nil {
			t.Fatal(err)
		}
	}
	return doc, row.Version
}

func TestGlobal(t *testing.T) {
	m := newMemory()
	feed(t, m, "a", 1, 2)
	feed(t, m, "b", 3, 0)
	fill(t, m, "other-c", 5)
	feed(t, m, "a", 4, 5, 6)
	g := chronicler(m)
	t.Run("follows the feed to its end, whatever has woken it up", func(t *testing.T) {
		if err := wake(t, g, m); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]string{"odd": "a 1,b 3,a 5,", "even": "a 2,a 4,a 6,"} {
			if got, version := chronicle(t, m, id); got != want || version != 4 {
				t.Errorf("%s: %q at %d, want %q at 4", id, got, version, want)
			}
		}
		if at := m.checkpoints["chronicles "+string(engine.FeedStream)]; at != 4 {
			t.Errorf("the checkpoint is at %d", at)
		}
	})
	t.Run("a commit of another stream wakes it up as well", func(t *testing.T) {
		feed(t, m, "b", 8)
		if err := g.Deliver(t.Context(), "counter-b", m.streams["counter-b"], 1); err != nil {
			t.Fatal(err)
		}
		if got, version := chronicle(t, m, "even"); got != "a 2,a 4,a 6,b 8," || version != 5 {
			t.Fatalf("%q at %d", got, version)
		}
	})
	t.Run("waking up in vain changes nothing", func(t *testing.T) {
		m.breaks = func() error { return errCrash }
		if err := wake(t, g, m); err != nil {
			t.Fatal(err)
		}
		m.breaks = nil
	})
}

func TestGlobalPoison(t *testing.T) {
	m := newMemory()
	g := chronicler(m)
	feed(t, m, "a", 1)
	feed(t, m, "b", 13)
	feed(t, m, "c", 2)
	for range 2 {
		if err := wake(t, g, m); err != nil {
			t.Fatalf("a poison commit must be parked, not come again: %v", err)
		}
	}
	if p := m.parked["chronicles feed-all"]; len(m.parked) != 1 || p.Version != 2 || p.Stream != engine.FeedStream {
		t.Fatalf("parked %+v", m.parked)
	}
	if got, version := chronicle(t, m, "even"); version != 0 {
		t.Fatalf("%q: what is behind the poison must wait, in every row", got)
	}
	if again, err := g.Retry(t.Context(), engine.FeedStream); err != nil || again == nil || again.Version != 2 {
		t.Fatalf("the retry gave %+v, %v", again, err)
	}
	if _, err := g.Skip(t.Context(), engine.FeedStream, 3); err == nil {
		t.Fatal("another position was skipped")
	}
	if again, err := g.Skip(t.Context(), engine.FeedStream, 2); err != nil || again != nil || len(m.parked) != 0 {
		t.Fatalf("the skip gave %+v, %v, parked %v", again, err, m.parked)
	}
	if got, version := chronicle(t, m, "even"); got != "c 2," || version != 3 {
		t.Fatalf("%q at %d", got, version)
	}
}

func TestGlobalSavesOnItsWay(t *testing.T) {
	m := newMemory()
	for range 450 {
		feed(t, m, "a", 1)
	}
	steps, saved := 0, uint64(0)
	m.breaks = func() error {
		if steps++; steps == 2*440 { // each write is two
			saved = m.checkpoints["chronicles feed-all"]
		}
		return nil
	}
	if err := wake(t, chronicler(m), m); err != nil {
		t.Fatal(err)
	}
	if saved != 400 {
		t.Fatalf("near position 440 the checkpoint was at %d, want 400", saved)
	}
}

// expected is what the rows say of a feed.
func expected(m *memory) (odd, even string) {
	for _, c := range m.order {
		for _, e := range c.Events {
			n := 0
			_, _ = fmt.Sscanf(string(e.Data), `{"n":%d}`, &n)
			if text := fmt.Sprintf("%s %d,", c.Stream.ID(), n); n%2 == 0 {
				even += text
			} else {
				odd += text
			}
		}
	}
	return odd, even
}

func TestGlobalCrashes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMemory()
		for range rapid.IntRange(1, 8).Draw(rt, "commits") {
			feed(t, m, rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "id"), rapid.SliceOfN(rapid.IntRange(1, 9), 1, 3).Draw(rt, "ns")...)
		}
		crash := 0
		m.breaks = func() error {
			if crash--; crash == 0 {
				return errCrash
			}
			return nil
		}
		for _, crash = range rapid.SliceOfN(rapid.IntRange(1, 12), 0, 6).Draw(rt, "crashes") {
			if err := wake(t, chronicler(m), m); err != nil && !errors.Is(err, errCrash) {
				rt.Fatal(err)
			}
		}
		if err := wake(t, chronicler(m), m); err != nil {
			rt.Fatal(err)
		}
		odd, even := expected(m)
		if got, _ := chronicle(t, m, "odd"); got != odd {
			rt.Fatalf("odd: %q, want %q", got, odd)
		}
		if got, _ := chronicle(t, m, "even"); got != even {
			rt.Fatalf("even: %q, want %q", got, even)
		}
	})
}

func TestGlobalCompetitors(t *testing.T) {
	m := newMemory()
	for i := range 450 { // more than are saved at once
		feed(t, m, "a", i%9+1)
	}
	var both sync.WaitGroup
	for range 3 {
		both.Go(func() {
			for {
				err := wake(t, chronicler(m), m)
				if err == nil {
					return
				}
				if !errors.Is(err, engine.ErrStale) {
					t.Error(err)
					return
				}
			}
		})
	}
	both.Wait()
	odd, even := expected(m)
	gotOdd, _ := chronicle(t, m, "odd")
	gotEven, version := chronicle(t, m, "even")
	if gotOdd != odd || gotEven != even || version == 0 || len(m.parked) > 0 || strings.Count(odd+even, ",") != 450 {
		t.Fatalf("rows of %d and %d bytes, want %d and %d; parked %v", len(gotOdd), len(gotEven), len(odd), len(even), m.parked)
	}
}
