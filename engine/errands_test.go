package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// noon is when errands are run.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func runner(t *testing.T, m *memory, known ...*es.CommandDecl) *engine.Errands {
	t.Helper()
	x := commands(t, m)
	x.Leases, x.Inbox, x.World = m, m, engine.World{Now: func() time.Time { return noon }}
	return &engine.Errands{Commands: x, Find: func(command string) *es.CommandDecl {
		for _, d := range known {
			if d.Name == command {
				return d
			}
		}
		return nil
	}}
}

// errand is an addition to counter c that a timer brings, or the inbox.
func errand(t *testing.T, n int, saga string) engine.Errand {
	t.Helper()
	input, err := doAdd.Encode(add{"c", n})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.Errand{
		ID: engine.NewID(), Command: "add", Input: input, Stream: "counter-c", TraceID: "trace-1", Invoker: somebody, Trace: "x-ray",
	}
	if saga != "" {
		e.Saga, e.Act, e.CausationID, e.Due = saga, "counter-a@4/0", "counter-a@4", noon
	}
	return e
}

func run(t *testing.T, x *engine.Errands, e engine.Errand, attempt int) {
	t.Helper()
	if err := x.Run(t.Context(), e, attempt); err != nil {
		t.Fatalf("attempt %d: %v", attempt, err)
	}
}

// recorded is the one refusal of a stream.
func recorded(t *testing.T, m *memory, stream es.StreamID) (es.Commit, es.CommandRejected) {
	t.Helper()
	if n := len(m.streams[stream]); n != 1 {
		t.Fatalf("%s has %d commits, want 1", stream, n)
	}
	var r es.CommandRejected
	if err := es.Decode(m.streams[stream][0].Events[0].Data, &r); err != nil {
		t.Fatal(err)
	}
	return m.streams[stream][0], r
}

func TestErrands(t *testing.T) {
	for _, from := range []struct{ saga, log string }{{"", "saga-inbox.counter-c"}, {"alarm", "saga-alarm.counter-a"}} {
		log := es.StreamID(from.log)
		t.Run(from.saga+" is executed once, however often it is brought", func(t *testing.T) {
			m := newMemory()
			e := errand(t, 3, from.saga)
			for attempt := 1; attempt <= 3; attempt++ {
				run(t, runner(t, m, doAdd), e, attempt)
			}
			c := m.streams["counter-c"]
			if len(c) != 1 || c[0].CommandID != e.ID || c[0].TraceID != "trace-1" || c[0].Invoker != "u1" || c[0].CausationID != e.CausationID || c[0].Trace != "x-ray" {
				t.Fatalf("stored %+v", c)
			}
		})
		t.Run(from.saga+" is refused once and for all, which is recorded", func(t *testing.T) {
			m := newMemory()
			full := fill(t, m, "counter-c", 10)
			e := errand(t, 3, from.saga)
			run(t, runner(t, m, doAdd), e, 1)
			run(t, runner(t, m, doAdd), e, 2)
			m.streams["counter-c"] = full[:0] // as if there were room now
			run(t, runner(t, m, doAdd), e, 2)
			c, r := recorded(t, m, log)
			if r.Rejection == nil || r.Rejection.Code != "Full" || r.Command != "add" || r.AggregateID != "counter-c" || r.CausationID != e.CausationID {
				t.Fatalf("recorded %+v", r)
			}
			if c.TraceID != "trace-1" || c.Invoker != "u1" || c.Trace != "x-ray" || !c.Time.Equal(noon) || len(m.streams["counter-c"]) > 0 {
				t.Fatalf("recorded with %+v", c.Origin)
			}
		})
		t.Run(from.saga+" comes again after trouble", func(t *testing.T) {
			m := newMemory()
			trouble := errors.New("the store is away")
			m.before = func([]es.Draft) error { return trouble }
			x, e := runner(t, m, doAdd), errand(t, 3, from.saga)
			if err := x.Run(t.Context(), e, 1); !errors.Is(err, trouble) {
				t.Fatalf("got %v", err)
			}
			m.before = nil
			run(t, x, e, 2)
			if sum(t, m, "counter-c") != 3 {
				t.Fatal("it was lost")
			}
		})
	}
	t.Run("what is not due comes again", func(t *testing.T) {
		m := newMemory()
		e := errand(t, 3, "alarm")
		e.Due = noon.Add(time.Millisecond)
		if err := runner(t, m, doAdd).Run(t.Context(), e, 1); !errors.Is(err, engine.ErrEarly) || m.appends > 0 {
			t.Fatalf("got %v after %d appends", err, m.appends)
		}
	})
	t.Run("the inbox gives up what fails too often, and says so", func(t *testing.T) {
		m := newMemory()
		x, e := runner(t, m), errand(t, 3, "") // the command is not declared any more
		var fault *es.Fault
		for attempt := 1; attempt < 5; attempt++ {
			if err := x.Run(t.Context(), e, attempt); !errors.As(err, &fault) {
				t.Fatalf("attempt %d: %v", attempt, err)
			}
		}
		run(t, x, e, 5)
		run(t, runner(t, m, doAdd), e, 6)
		if _, r := recorded(t, m, "saga-inbox.counter-c"); !errors.Is(r.Rejection, engine.ErrNotExecuted) || len(m.streams["counter-c"]) > 0 {
			t.Fatalf("recorded %+v", r)
		}
	})
	t.Run("a timer is never given up", func(t *testing.T) {
		m := newMemory()
		var fault *es.Fault
		for _, attempt := range []int{1, 5, 100} {
			if err := runner(t, m).Run(t.Context(), errand(t, 3, "alarm"), attempt); !errors.As(err, &fault) {
				t.Fatalf("attempt %d: %v", attempt, err)
			}
		}
		if len(m.streams) > 0 {
			t.Fatalf("stored %v", m.streams)
		}
	})
	t.Run("who loses every race comes again, from the inbox not for ever", func(t *testing.T) {
		for _, saga := range []string{"", "alarm"} {
			m := newMemory()
			plainly, _ := of(counting().Plain())
			m.before = func(drafts []es.Draft) error {
				if drafts[0].Stream == "counter-c" {
					return &engine.Conflict{Stream: "counter-c"}
				}
				return nil
			}
			x, e := runner(t, m, plainly), errand(t, 3, saga)
			for attempt := 1; attempt <= 6; attempt++ {
				err := x.Run(t.Context(), e, attempt)
				if again := saga != "" || attempt < 5; again != errors.Is(err, engine.ErrContended) {
					t.Fatalf("%q, attempt %d: %v", saga, attempt, err)
				}
			}
		}
	})
}

func TestEnqueue(t *testing.T) {
	m := newMemory()
	alone, _ := of(counting().Single())
	x := runner(t, m, alone)
	r := request(alone, add{"c", 3})
	for name, wrong := range map[string]func(*engine.Request){
		"an invoker without the role": func(r *engine.Request) { r.Invoker = es.Identity{User: "u1"} },
		"a wrong input":               func(r *engine.Request) { r.Command = add{"c", -1} },
	} {
		t.Run(name+" is refused at once", func(t *testing.T) {
			bad := r
			wrong(&bad)
			var refusal *es.Rejection
			if _, err := x.Commands.Enqueue(t.Context(), bad); !errors.As(err, &refusal) || len(m.inbox) > 0 {
				t.Fatalf("got %v, queued %v", err, m.inbox)
			}
		})
	}
	t.Run("what is accepted is executed when its turn comes", func(t *testing.T) {
		got, err := x.Commands.Enqueue(t.Context(), r)
		if err != nil || got.Stream != "counter-c" || got.TraceID != r.TraceID || got.Version != 0 || m.appends > 0 {
			t.Fatalf("got %+v, %v", got, err)
		}
		run(t, x, m.inbox[0], 1)
		if c := m.streams["counter-c"]; len(c) != 1 || c[0].CommandID != r.ID || c[0].TraceID != r.TraceID || c[0].Invoker != "u1" {
			t.Fatalf("stored %+v", c)
		}
	})
}
