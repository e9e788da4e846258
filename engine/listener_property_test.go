package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// listener is one who listens in a random history.
type listener struct {
	es.Listening
	since   time.Time // what is heard for certain happened then or later
	stopped time.Time
}

// must reports whether an event is to be heard by who does not count, may whether it can be.
func (l listener) must(stream es.StreamID, at time.Time) bool {
	return l.may(stream) && !at.Before(l.since) && l.stopped.IsZero()
}

func (l listener) may(stream es.StreamID) bool { return l.Event != "" || l.Stream == stream }

// TestListening has things happen, be delivered late, twice and in another order, break off anywhere, and people begin and
// end to listen in between.
func TestListening(t *testing.T) {
	streams := []es.StreamID{"counter-x", "counter-y", "listener-ear.counter-x", "listener-ear.event:Added"}
	rapid.Check(t, func(rt *rapid.T) {
		w := listening(t)
		var all []listener
		crash := -1
		w.m.breaks = func() error {
			crash--
			if crash == 0 {
				return errCrash
			}
			return nil
		}
		rt.Repeat(map[string]func(*rapid.T){
			"happen": func(rt *rapid.T) {
				w.happen(rapid.SampledFrom(streams[:2]).Draw(rt, "stream"), rapid.IntRange(1, 3).Draw(rt, "events"))
			},
			"begin": func(rt *rapid.T) {
				if len(all) == 4 {
					rt.Skip()
				}
				l := listener{Listening: es.Listening{ID: fmt.Sprint("u", len(all)), Event: "Added"}, since: w.now.Add(time.Millisecond)}
				cause := w.now
				if rapid.Bool().Draw(rt, "to a stream") {
					cause = cause.Add(-time.Duration(rapid.IntRange(0, 3).Draw(rt, "late by")) * time.Second)
					l.Event, l.Stream, l.since = "", "counter-x", cause
				}
				l.Count = rapid.IntRange(0, 3).Draw(rt, "count")
				l.Timeout = rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(rt, "timeout")
				w.begin(l.Listening, cause)
				all = append(all, l)
			},
			"end": func(rt *rapid.T) {
				if len(all) == 0 {
					rt.Skip()
				}
				l := &all[rapid.IntRange(0, len(all)-1).Draw(rt, "who")]
				if w.end(l.Listening); l.stopped.IsZero() {
					l.stopped = w.now
				}
			},
			"deliver": func(rt *rapid.T) {
				stream := rapid.SampledFrom(streams).Draw(rt, "stream")
				n := len(w.m.streams[stream])
				if n == 0 {
					rt.Skip()
				}
				from := rapid.IntRange(0, n-1).Draw(rt, "from")
				crash = rapid.SampledFrom([]int{-1, 1, 2, 3, 4, 5, 6, 7, 8}).Draw(rt, "crash")
				if err := w.hears(stream, from, rapid.IntRange(from+1, n).Draw(rt, "to")); err != nil && !errors.Is(err, errCrash) {
					rt.Fatal(err)
				}
				crash = -1
			},
		})
		w.settle()
		for _, l := range all {
			if problem := w.check(l); problem != "" {
				rt.Fatalf("%+v heard %q: %s", l, w.heard(l.ID), problem)
			}
		}
	})
}

// check holds what somebody has heard against what has happened.
func (w *ears) check(l listener) (problem string) {
	heard := w.heard(l.ID)
	var must []string
	times := map[string]time.Time{}
	for _, c := range w.m.order {
		if c.Stream.Category() != "counter" || !l.may(c.Stream) {
			continue
		}
		for i := range c.Events {
			event := fmt.Sprintf("%s@%d", c.Stream, c.Version+uint64(i))
			times[event] = c.Time
			if l.must(c.Stream, c.Time) {
				must = append(must, event)
			}
		}
	}
	slices.Sort(heard) // by the count: what was counted can be told late, after a crash
	vain := 0
	for i, event := range heard {
		if event == "in vain" {
			vain++
			continue
		}
		if l.Count > 0 {
			heard[i] = event[len("1: "):]
			if want := fmt.Sprintf("%d: %s", i+1, heard[i]); event != want {
				return "the counts are not 1, 2, 3 …"
			}
		}
		at, happened := times[heard[i]]
		switch {
		case !happened || slices.Contains(heard[:i], heard[i]):
			return heard[i] + " did not happen, or was heard before"
		case !l.stopped.IsZero() && at.After(l.stopped):
			return heard[i] + " was heard after the end"
		}
	}
	events := len(heard) - vain
	enough := l.Count > 0 && events == l.Count
	switch {
	case l.Count > 0 && events > l.Count:
		return "that is too much"
	case l.Count > 0 && events < min(l.Count, len(must)):
		return "that is too little"
	case vain > 1 || (vain == 1) != (l.Timeout > 0 && l.stopped.IsZero() && !enough):
		return "whether that was in vain is wrong"
	}
	for _, event := range must {
		if l.Count == 0 && !slices.Contains(heard, event) {
			return "not " + event
		}
	}
	return ""
}
