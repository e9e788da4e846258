package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// everything does all that a saga can do, by names that are its acts'.
func everything(name string, names ...string) *es.Saga {
	return es.NewSaga(name, es.React(counters, func(e added, m es.Meta) []es.Act {
		acts := []es.Act{
			es.Send(doAddInternally, add{"b", e.N}).Else(func(r *es.Rejection) []es.Act {
				return []es.Act{es.Send(doAddInternally, add{"c", 1}), es.Text(es.SMS{Number: "+31", Text: r.Code})}
			}),
			es.Send(doAddInternally, add{"late", e.N}).At(m.Time.Add(time.Hour)),
			es.Post(es.Mail{To: "a", Text: fmt.Sprint("by id ", e.N)}),
			es.Post(es.Mail{Address: "x@example.com", Text: fmt.Sprint("by address ", e.N)}),
			es.Text(es.SMS{Number: "+32", Text: fmt.Sprint("with ", string(m.Secret))}),
			es.Send(doAddInternally, add{"d", 1}),
		}
		for i, name := range names {
			acts[i].Name = name
		}
		return acts
	})).SendsTexts().SetsTimers().MailsTo(es.AddressesFrom(counters, func(c counter) string { return fmt.Sprintf("%d@example.com", c.Adds) }))
}

// carried delivers the commits of counter a until that succeeds.
func carried(t testing.TB, m *memory, decl *es.Saga) {
	t.Helper()
	for try := range 100 {
		x := &engine.Commands{Store: m, Secrets: m, World: engine.World{Now: func() time.Time { return noon }}} // after a crash
		c := (&engine.Saga{Decl: decl, Commands: x, Timers: m, Mailer: m, Texter: m}).Consumer(m, m)
		if err := c.Deliver(t.Context(), "counter-a", m.streams["counter-a"], 1); err == nil {
			return
		} else if !errors.Is(err, errCrash) || try == 99 {
			t.Fatal(err)
		}
	}
}

var errCrash = errors.New("crash")

func begun(t testing.TB, ns ...int) *memory {
	t.Helper()
	m := newMemory()
	fill(t, m, "counter-a", ns...)
	for i := range m.streams["counter-a"] {
		c := &m.streams["counter-a"][i]
		c.CommandID, c.TraceID, c.Invoker, c.Time = fmt.Sprint(i), fmt.Sprint("trace-", i), "u1", noon
	}
	return m
}

func TestSagaActs(t *testing.T) {
	m := begun(t, 6)
	carried(t, m, everything("all"))

	t.Run("a timer holds all that its command needs", func(t *testing.T) {
		if len(m.timers) != 1 {
			t.Fatalf("set %v", m.timers)
		}
		for id, e := range m.timers {
			if id != e.ID || e.Command != "add-internally" || e.Stream != "counter-late" || !e.Due.Equal(noon.Add(time.Hour)) || e.TraceID != "trace-0" ||
				e.CausationID != "counter-a@1" || e.Saga != "all" || e.Act != "counter-a@1/1" || e.Invoker.User != "u1" || !e.Invoker.Has(es.RoleSystem) {
				t.Fatalf("set %+v", e)
			}
			e.Due = noon
			run(t, runner(t, m, doAddInternally), e, 1)
		}
		if sum(t, m, "counter-late") != 6 {
			t.Fatal("it was not executed")
		}
	})
	t.Run("mails go to users and addresses, messages to phones, and no secret is told", func(t *testing.T) {
		want := []string{"mail to 1@example.com: by id 6", "mail to x@example.com: by address 6", "text to +32: with "}
		if got := slices.Sorted(maps.Values(m.sent)); !slices.Equal(got, want) {
			t.Fatalf("sent %q", got)
		}
	})
	t.Run("the secret is for who declares to use it", func(t *testing.T) {
		m := begun(t, 6)
		carried(t, m, everything("all").UsesSecret())
		if got := slices.Collect(maps.Values(m.sent)); !slices.Contains(got, "text to +32: with "+theSecret) {
			t.Fatalf("sent %q", got)
		}
	})
	t.Run("a secret that could be guessed is not used", func(t *testing.T) {
		m := begun(t, 6)
		x := &engine.Commands{Store: m, Secrets: short{}}
		c := (&engine.Saga{Decl: everything("all").UsesSecret(), Commands: x, Timers: m, Mailer: m, Texter: m}).Consumer(m, m)
		if err := c.Deliver(t.Context(), "counter-a", m.streams["counter-a"], 1); err == nil || len(m.sent) > 0 {
			t.Fatalf("sent %q: %v", m.sent, err)
		}
	})
	t.Run("a redelivery gives the same ids", func(t *testing.T) {
		again := begun(t, 6)
		carried(t, again, everything("all"))
		clear(again.checkpoints)
		carried(t, again, everything("all"))
		same(t, "timers", slices.Sorted(maps.Keys(again.timers)), slices.Sorted(maps.Keys(m.timers)))
		same(t, "what was sent", again.sent, m.sent)
	})
	t.Run("acts, events and sagas do not share ids", func(t *testing.T) {
		m := begun(t, 1, 1)
		carried(t, m, everything("all"))
		carried(t, m, everything("other"))
		if len(m.timers) != 4 || len(m.sent) != 12 || sum(t, m, "counter-b") != 4 || sum(t, m, "counter-d") != 4 {
			t.Fatalf("%d timers, %d messages, b %d, d %d", len(m.timers), len(m.sent), sum(t, m, "counter-b"), sum(t, m, "counter-d"))
		}
	})
	t.Run("a named act is known by its name wherever it stands", func(t *testing.T) {
		m := begun(t, 6)
		carried(t, m, everything("all", "", "alarm"))
		clear(m.checkpoints)
		moved := es.NewSaga("all", es.React(counters, func(e added, m es.Meta) []es.Act {
			act := es.Send(doAddInternally, add{"late", e.N}).At(m.Time.Add(time.Hour))
			act.Name = "alarm"
			return []es.Act{act}
		})).SetsTimers()
		carried(t, m, moved)
		for _, e := range m.timers {
			if len(m.timers) != 1 || e.Act != "counter-a@1/alarm" {
				t.Fatalf("set %+v", m.timers)
			}
		}
	})
}

// TestSagaCrashes breaks off before and behind what a saga writes, any number of times. What comes of it is what comes
// without.
func TestSagaCrashes(t *testing.T) {
	decl := everything("all").UsesSecret()
	start := func(t testing.TB) *memory { return begun(t, 6, 7, 1) } // 7 is refused by b
	want := start(t)
	steps := 0
	want.breaks = func() error { steps++; return nil }
	carried(t, want, decl)
	if steps < 30 || len(want.streams["saga-all.counter-a"]) != 1 || !strings.Contains(fmt.Sprint(want.sent), "Full") {
		t.Fatalf("it took %d steps, to %v", steps, want.sent)
	}
	rapid.Check(t, func(rt *rapid.T) {
		crashes := rapid.SliceOfN(rapid.IntRange(0, steps), 1, 8).Draw(rt, "steps from one crash to the next")
		m := start(t)
		m.breaks = func() error {
			if len(crashes) == 0 {
				return nil
			}
			if crashes[0]--; crashes[0] >= 0 {
				return nil
			}
			crashes = crashes[1:]
			return errCrash
		}
		carried(t, m, decl)
		for what, diff := range map[string]string{
			"streams": cmp.Diff(want.streams, m.streams),
			"timers":  cmp.Diff(want.timers, m.timers), "messages": cmp.Diff(want.sent, m.sent), "checkpoints": cmp.Diff(want.checkpoints, m.checkpoints),
		} {
			if diff != "" {
				rt.Fatalf("%s (-want +got):\n%s", what, diff)
			}
		}
	})
}
