package estest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

// told puts what was heard into the box of who listens.
type told struct{ Box, Word string }

func (c told) Stream() string { return c.Box }
func (told) Validate() error  { return nil }

func (told) Hear(l es.Listening, h es.Heard) told {
	switch {
	case h.TimedOut:
		return told{l.ID, "nothing"}
	case h.Stream.ID() == l.ID:
		return told{l.ID, "me"} // or there would be no end to it
	}
	e, _ := h.Event.(put)
	return told{l.ID, fmt.Sprint(e.Word, h.Nth)}
}

// Decide puts a word in once: what is heard again is nothing new.
func (c told) Decide(b box, _ es.Env) ([]es.Event[box], error) {
	for _, word := range b.In {
		if word == c.Word {
			return nil, nil
		}
	}
	return []es.Event[box]{put{c.Word}}, nil
}

var (
	doTold = es.Internal[told](boxes, "told")
	ears   = es.NewListener("ears", doTold, es.Hears[put](boxes))
	// minds has boxes listen, according to what is put into them: to one box, to two events at most, or to any label.
	minds = es.NewSaga("minds", es.React(boxes, func(e put, m es.Meta) []es.Act {
		who := es.Listening{ID: m.Stream.ID(), Stream: "box-radio"}
		switch e.Word {
		case "listen":
		case "listen to two":
			who.Count = 2
		case "listen for an hour":
			who.Count, who.Timeout = 1, time.Hour
		case "listen everywhere":
			who.Stream, who.Event = "", "Put"
		case "stop":
			return []es.Act{ears.Stop(who)}
		default:
			return nil
		}
		return []es.Act{ears.Listen(who)}
	}))
)

func TestWorldListens(t *testing.T) {
	heard := func(t *testing.T, again int, run func(w *World)) []string {
		return outcomes(t, func(w *World) string {
			w.consumers = consumers(es.Context{Sagas: []*es.Saga{minds}, Listeners: []*es.Listener{ears}})
			run(w)
			for range again {
				w.Redeliver()
			}
			return in(w, "me")
		})
	}
	only := func(t *testing.T, got []string, want string) {
		t.Helper()
		if len(got) != 1 || got[0] != want {
			t.Errorf("it comes to %q, want %q alone", got, want)
		}
	}
	t.Run("to a stream, from the event on that made it listen, however late that is known", func(t *testing.T) {
		only(t, heard(t, 5, func(w *World) {
			fill(w, "me", "listen")
			w.Pass(time.Second)
			fill(w, "radio", "a")
			w.Settle()
			fill(w, "radio", "b")
			fill(w, "elsewhere", "c")
			w.Settle()
		}), "listen a0 b0")
	})
	t.Run("not to what was before", func(t *testing.T) {
		only(t, heard(t, 0, func(w *World) {
			fill(w, "radio", "a")
			w.Settle()
			w.Pass(time.Second)
			fill(w, "me", "listen")
			w.Settle()
			fill(w, "radio", "b")
			w.Settle()
		}), "listen b0")
	})
	t.Run("until it stops", func(t *testing.T) {
		only(t, heard(t, 5, func(w *World) {
			fill(w, "me", "listen")
			w.Settle()
			fill(w, "me", "stop")
			w.Settle()
			fill(w, "radio", "a")
			w.Settle()
		}), "listen stop")
	})
	t.Run("to so many", func(t *testing.T) {
		only(t, heard(t, 5, func(w *World) {
			fill(w, "me", "listen to two")
			w.Settle()
			fill(w, "radio", "a", "b", "c")
			w.Settle()
		}), "listen to two a1 b2")
	})
	t.Run("in vain", func(t *testing.T) {
		only(t, heard(t, 5, func(w *World) {
			fill(w, "me", "listen for an hour")
			w.Settle()
			w.Pass(time.Hour - time.Millisecond)
			if w.Settle(); strings.Contains(in(w, "me"), "nothing") {
				w.Fatal("too early")
			}
			w.Pass(time.Millisecond)
			w.Settle()
			fill(w, "radio", "a")
			w.Settle()
		}), "listen for an hour nothing")
	})
	t.Run("to events of a name, wherever they happen", func(t *testing.T) {
		got := heard(t, 5, func(w *World) {
			fill(w, "me", "listen everywhere")
			w.Settle()
			fill(w, "b1", "a")
			fill(w, "b2", "b")
			w.Settle()
		})
		for _, o := range got {
			if !strings.Contains(o, "me") || !strings.Contains(o, "a0") || !strings.Contains(o, "b0") {
				t.Errorf("it comes to %q", o)
			}
		}
	})
}
