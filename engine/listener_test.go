package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// A diary, of one who listens, keeps what was heard.
type diary []string

type noted struct {
	Text string `json:"text"`
}

func (e noted) Evolve(d diary) diary { return append(slices.Clone(d), e.Text) }

type note struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

func (c note) Stream() string  { return c.ID }
func (c note) Validate() error { return nil }
func (c note) Decide(diary, es.Env) ([]es.Event[diary], error) {
	if strings.HasPrefix(c.ID, "deaf") {
		return nil, es.Conflict("Deaf", "nothing is heard")
	}
	return []es.Event[diary]{noted{c.Text}}, nil
}

func (note) Hear(who es.Listening, h es.Heard) note {
	switch {
	case h.TimedOut:
		return note{who.ID, "in vain"}
	case h.Nth > 0:
		return note{who.ID, fmt.Sprintf("%d: %s@%d", h.Nth, h.Stream, h.Version)}
	}
	return note{who.ID, fmt.Sprintf("%s@%d", h.Stream, h.Version)}
}

var (
	diaries = es.Of("diary", es.On[noted]("Noted"))
	doNote  = es.Internal[note](diaries, "note")
	ear     = es.NewListener("ear", doNote, es.Hears[added](counters))
)

// ears are a listener in a world whose time stands still until it is moved on.
type ears struct {
	testing.TB
	m   *memory
	now time.Time
}

func listening(t testing.TB) *ears { return &ears{t, newMemory(), noon} }

func (w *ears) commands() *engine.Commands {
	return &engine.Commands{Store: w.m, World: engine.World{Now: func() time.Time { return w.now }}}
}

// system executes a command as a saga would, upon an event of some time.
func (w *ears) system(d *es.CommandDecl, command any, cause time.Time) {
	w.Helper()
	r := request(d, command)
	r.Invoker, r.Cause = es.Identity{Roles: []string{es.RoleSystem}}, cause
	if _, err := w.commands().Execute(w.Context(), r); err != nil {
		w.Fatal(err)
	}
}

// begin and end carry out the acts of who listens.
func (w *ears) begin(who es.Listening, cause time.Time) {
	w.Helper()
	w.system(es.DoStartListening, ear.Listen(who).Command, cause)
}

func (w *ears) end(who es.Listening) {
	w.Helper()
	w.system(es.DoStopListening, ear.Stop(who).Command, w.now)
}

// happen appends additions to a stream, a second later.
func (w *ears) happen(stream es.StreamID, n int) {
	w.Helper()
	w.now = w.now.Add(time.Second)
	var head es.Head
	if c := w.m.streams[stream]; len(c) > 0 {
		head = c[len(c)-1].Head()
	}
	events := slices.Repeat([]es.Recorded{{Type: "Added", Data: []byte(`{"n":1}`)}}, n)
	d := es.Draft{Stream: stream, After: head, Events: events, Origin: es.Origin{CommandID: engine.NewID(), Time: w.now}}
	if err := w.m.add([]es.Draft{d}); err != nil {
		w.Fatal(err)
	}
}

// hears delivers some commits of a stream.
func (w *ears) hears(stream es.StreamID, from, to int) error {
	l := &engine.Listener{Decl: ear, Commands: w.commands(), Timers: w.m}
	return l.Consumer(w.m, w.m).Deliver(w.Context(), stream, w.m.streams[stream][from:to], 1)
}

// ring runs the timers that are due.
func (w *ears) ring() {
	w.Helper()
	for _, e := range w.m.due(w.now) {
		x := &engine.Errands{Commands: w.commands(), Find: es.NewApp().Command}
		if err := x.Run(w.Context(), e, 1); err != nil {
			w.Fatal(err)
		}
	}
}

// settle delivers everything, and lets all timers ring.
func (w *ears) settle() {
	w.Helper()
	for round := range 2 {
		for stream, c := range w.m.streams {
			if category := stream.Category(); category != "counter" && category != "listener" {
				continue
			}
			if err := w.hears(stream, len(c)-1, len(c)); err != nil {
				w.Fatal(err)
			}
		}
		if round == 0 {
			w.now = w.now.Add(24 * time.Hour)
			w.ring()
		}
	}
	if len(w.m.parked) > 0 {
		w.Fatalf("parked %v", w.m.parked)
	}
}

// heard is what the diary of somebody says.
func (w *ears) heard(id string) []string {
	w.Helper()
	state, err := w.commands().State(w.Context(), diaries, es.NewStreamID("diary", id))
	if err != nil {
		w.Fatal(err)
	}
	d, _ := state.(diary)
	return d
}

func TestListener(t *testing.T) {
	x := es.Listening{ID: "u", Stream: "counter-x"}
	for name, c := range map[string]struct {
		run  func(w *ears)
		want []string
	}{
		"a stream is heard, and no other": {func(w *ears) {
			w.begin(x, w.now)
			w.happen("counter-x", 2)
			w.happen("counter-y", 1)
		}, []string{"counter-x@1", "counter-x@2"}},
		"a name is heard wherever": {func(w *ears) {
			w.begin(es.Listening{ID: "u", Event: "Added"}, w.now)
			w.happen("counter-x", 1)
			w.settle()
			w.happen("counter-y", 1)
		}, []string{"counter-x@1", "counter-y@1"}},
		"what came between the cause and the registration is heard, and not what came before": {func(w *ears) {
			w.happen("counter-x", 1)
			w.settle()
			w.happen("counter-x", 1)
			cause := w.now
			w.happen("counter-x", 1)
			w.settle()
			w.begin(x, cause)
		}, []string{"counter-x@2", "counter-x@3"}},
		"who counts hears so many": {func(w *ears) {
			w.begin(es.Listening{ID: "u", Stream: "counter-x", Count: 3, Timeout: time.Hour}, w.now)
			w.happen("counter-x", 2)
			w.happen("counter-x", 3)
		}, []string{"1: counter-x@1", "2: counter-x@2", "3: counter-x@3"}},
		"who waits in vain is told once": {func(w *ears) {
			w.begin(es.Listening{ID: "u", Stream: "counter-x", Count: 2, Timeout: time.Hour}, w.now)
			w.happen("counter-x", 1)
			w.settle()
			w.ring() // the timer comes again
			w.settle()
			w.happen("counter-x", 1)
		}, []string{"1: counter-x@1", "in vain"}},
		"nobody waits in vain who has stopped": {func(w *ears) {
			who := es.Listening{ID: "u", Stream: "counter-x", Timeout: time.Hour}
			w.begin(who, w.now)
			w.end(who)
			w.happen("counter-x", 1)
		}, nil},
		"who stops before the beginning hears nothing": {func(w *ears) {
			w.end(x)
			w.begin(x, w.now)
			w.happen("counter-x", 1)
		}, nil},
		"who has stopped does not begin again": {func(w *ears) {
			w.begin(x, w.now)
			w.happen("counter-x", 1)
			w.settle()
			w.end(x)
			w.begin(x, w.now)
			w.happen("counter-x", 1)
		}, []string{"counter-x@1"}},
		"the refusal of one does not keep it from others": {func(w *ears) {
			w.begin(es.Listening{ID: "deaf", Stream: "counter-x"}, w.now)
			w.begin(es.Listening{ID: "deaf2", Event: "Added"}, w.now)
			w.begin(x, w.now)
			w.happen("counter-x", 2)
			w.settle()
			if n := len(w.m.streams["saga-ear.counter-x"]); n != 4 {
				t.Errorf("%d refusals were recorded, want 4", n)
			}
		}, []string{"counter-x@1", "counter-x@2"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := listening(t)
			c.run(w)
			w.settle()
			if got := w.heard("u"); !slices.Equal(got, c.want) {
				t.Fatalf("heard %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatCameBeforeIsNotHeard(t *testing.T) {
	w := listening(t)
	w.happen("counter-x", 1)
	w.now = w.now.Add(time.Minute)
	w.begin(es.Listening{ID: "u", Stream: "counter-x"}, w.now)
	if err := w.hears("counter-x", 0, 1); err != nil { // however late it is delivered
		t.Fatal(err)
	}
	if got := w.heard("u"); len(got) > 0 {
		t.Fatalf("heard %q", got)
	}
}

func TestWhoBeginsToListenReadsTheEndOfALongStream(t *testing.T) {
	w := listening(t)
	for range 5_000 {
		w.happen("counter-x", 1)
	}
	who := es.Listening{ID: "u", Stream: "counter-x"}
	cause := w.now.Add(time.Millisecond)
	for range 3 {
		w.happen("counter-x", 1)
	}
	w.begin(who, cause)
	w.m.read = 0
	audience := ear.AudienceOf("counter-x")
	if err := w.hears(audience, 0, 1); err != nil {
		t.Fatal(err)
	}
	if got, want := w.heard("u"), []string{"counter-x@5001", "counter-x@5002", "counter-x@5003"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	if w.m.read > 1_000 {
		t.Errorf("%d commits were read", w.m.read)
	}
}
