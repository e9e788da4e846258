package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// A till, whose takings are summed by one fold and counted by another. Plain tills decide once.

type till struct{ Sum int }

type takings struct{ Count int }

type (
	taken   struct{ N int }
	noticed struct{}
	sumWas  struct{ Sum int }
	countIs struct{ Count int }
)

func (e taken) Evolve(s till) till             { return till{s.Sum + e.N} }
func (e sumWas) Evolve(till) till              { return till(e) }
func (noticed) Evolve(s takings) takings       { return takings{s.Count + 1} }
func (e countIs) Evolve(takings) takings       { return takings(e) }
func (c take) Stream() string                  { return c.ID }
func (c take) Validate() error                 { return nil }
func (c notice) Stream() string                { return c.ID }
func (c notice) Validate() error               { return nil }
func carrySum(s till) []es.Event[till]         { return []es.Event[till]{sumWas(s)} }
func carryCount(s takings) []es.Event[takings] { return []es.Event[takings]{countIs(s)} }
func carryTooMuch(s till) []es.Event[till]     { return []es.Event[till]{sumWas{s.Sum + 1}} }
func tillsOf() *es.Aggregate[till] {
	return es.Of("till", es.On[taken]("Taken"), es.On[sumWas]("SumWas"))
}

func (c take) Decide(s till, _ es.Env) ([]es.Event[till], error) {
	if s.Sum+c.N > 1000 {
		return nil, errFull
	}
	return []es.Event[till]{taken{c.N}}, nil
}

func (c notice) Decide(takings, es.Env) ([]es.Event[takings], error) {
	return []es.Event[takings]{noticed{}}, nil
}

type take struct {
	ID string `json:"-" path:"id"`
	N  int    `json:"n"`
}

type notice struct {
	ID string `json:"-" path:"id"`
}

var (
	tills     = tillsOf().Partial().CarriedOver(carrySum)
	counts    = es.Of("till", es.On[noticed]("Noticed"), es.On[countIs]("CountIs")).Partial().CarriedOver(carryCount)
	doTake    = es.Handles[take](tills, "take", "POST /tills/{id}/takings")
	doNotice  = es.Handles[notice](counts, "notice", "POST /tills/{id}/notices")
	plainOnes = tillsOf().Plain().CarriedOver(carrySum)
	doPlain   = es.Handles[take](plainOnes, "take-plainly", "POST /tills/{id}/takings")
)

func tillApp(aggregates ...es.Folder) *es.App {
	return es.NewApp(es.Context{Name: "tills", Aggregates: aggregates})
}

func closer(x *engine.Commands, aggregates ...es.Folder) *engine.Closer {
	return &engine.Closer{App: tillApp(aggregates...), Commands: x, Invoker: "clerk"}
}

func closeTill(t *testing.T, m *memory) engine.Closed {
	t.Helper()
	closed, err := closer(&engine.Commands{Store: m}, tills, counts).Close(t.Context(), "till-t", false)
	if err != nil {
		t.Fatal(err)
	}
	return closed
}

func stateOf(t *testing.T, m *memory, a es.Folder) any {
	t.Helper()
	state, err := (&engine.Commands{Store: m}).State(t.Context(), a, "till-t")
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestCloseCarriesAllStatesOver(t *testing.T) {
	m := newMemory()
	x := commands(t, m)
	execute(t, x, request(doTake, take{"t", 3}))
	execute(t, x, request(doNotice, notice{"t"}))
	dry, err := closer(x, tills, counts).Close(t.Context(), "till-t", true)
	if err != nil || len(m.streams["till-t"]) != 2 {
		t.Fatalf("a dry run gave %v, and %d commits", err, len(m.streams["till-t"]))
	}
	got := closeTill(t, m)
	want := engine.Closed{Stream: "till-t", Era: 1, Version: 3, Commits: 2, Carried: len(`{"Sum":3}`) + len(`{"Count":1}`)}
	if got != want || dry != want {
		t.Fatalf("it closed %+v, would have %+v, want %+v", got, dry, want)
	}
	m.streams["till-t"] = m.streams["till-t"][3:] // what is behind is enough
	if sum, count := stateOf(t, m, tills), stateOf(t, m, counts); sum != any(till{3}) || count != any(takings{1}) {
		t.Fatalf("it has %v and %v", sum, count)
	}
	if _, err := closer(x, tills, counts).Close(t.Context(), "till-t", false); !errors.Is(err, engine.ErrNothingToClose) {
		t.Fatalf("closing what has just begun gave %v", err)
	}
	if m.streams["till-t"][0].Invoker != "clerk" {
		t.Error("it does not say who has closed it")
	}
}

func TestCloseRefuses(t *testing.T) {
	m := newMemory()
	x := commands(t, m)
	execute(t, x, request(doTake, take{"t", 3}))
	for name, test := range map[string]struct {
		aggregates []es.Folder
		want       error
	}{
		"what does not say how":   {[]es.Folder{tillsOf()}, es.ErrNotCarriedOver},
		"if one fold does not":    {[]es.Folder{tills, es.Of("till", es.On[noticed]("Noticed")).Partial()}, es.ErrNotCarriedOver},
		"what would change by it": {[]es.Folder{tillsOf().CarriedOver(carryTooMuch)}, engine.ErrCarriedOtherwise},
		"what takes too many events": {[]es.Folder{tillsOf().CarriedOver(func(s till) []es.Event[till] {
			return slices.Repeat(carrySum(s), engine.MaxCommitEvents)
		})}, engine.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := closer(x, test.aggregates...).Close(t.Context(), "till-t", false); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if len(m.streams["till-t"]) != 1 {
				t.Error("it closed it")
			}
		})
	}
	if _, err := closer(x, tills).Close(t.Context(), "shop-t", false); err == nil {
		t.Error("it closed a stream of no aggregate")
	}
	if _, err := closer(x, tills).Close(t.Context(), "till-other", false); !errors.Is(err, engine.ErrNothingToClose) {
		t.Errorf("closing an empty stream gave %v", err)
	}
}

// Writers that know a stream from before it was closed go on in its next era, whatever is left of the one before.
func TestWritersGoOnBehindATombstone(t *testing.T) {
	for _, silent := range []bool{false, true} {
		for _, archived := range []bool{false, true} {
			t.Run(fmt.Sprintf("silent=%v archived=%v", silent, archived), func(t *testing.T) {
				m := newMemory()
				warm := commands(t, m)
				first := request(doTake, take{"t", 1})
				execute(t, warm, first)
				m.silent = silent
				closeTill(t, m)
				execute(t, commands(t, m), request(doTake, take{"t", 1})) // another process
				if archived {
					m.streams["till-t"] = m.streams["till-t"][1:]
				}
				got := execute(t, warm, request(doTake, take{"t", 1}))
				if sum := stateOf(t, m, tills); sum != any(till{3}) {
					t.Fatalf("it has %v", sum)
				}
				if last := m.streams["till-t"][len(m.streams["till-t"])-1]; last.Era != 1 || last.Last() != got.Version {
					t.Fatalf("the last commit is %+v", last)
				}
				for _, process := range []*engine.Commands{warm, commands(t, m)} {
					if again := execute(t, process, first); !again.Repeated {
						t.Error("a command from before the closing is not recognised")
					}
				}
				if sum := stateOf(t, m, tills); sum != any(till{3}) {
					t.Fatalf("after the repetition it has %v", sum)
				}
				refused(t, warm, request(doTake, take{"t", 998}), errFull)
			})
		}
	}
}

func TestPlainWritersDoNotCompeteWithAClosing(t *testing.T) {
	for _, others := range []int{0, 1} {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doPlain, take{"t", 1}))
		m.before = func([]es.Draft) error {
			m.before = nil
			if _, err := closer(&engine.Commands{Store: m}, plainOnes).Close(context.Background(), "till-t", false); err != nil {
				return err
			}
			for range others {
				execute(t, commands(t, m), request(doPlain, take{"t", 1}))
			}
			return nil
		}
		if others == 0 {
			execute(t, x, request(doPlain, take{"t", 1}))
		} else {
			refused(t, x, request(doPlain, take{"t", 1}), engine.ErrContended)
		}
		if sum := stateOf(t, m, plainOnes); sum != any(till{2}) {
			t.Errorf("with %d others it has %v", others, sum)
		}
	}
}

// Writers go on while a closer closes again and again: nothing is lost, nothing is there twice.
func TestCloseUnderWriters(t *testing.T) {
	m := newMemory()
	execute(t, commands(t, m), request(doTake, take{"t", 1}))
	const each, writers, closings = 20, 4, 10
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			x := commands(t, m)
			for range each {
				r := request(doTake, take{"t", 1})
				for {
					_, err := x.Execute(context.Background(), r)
					if err == nil {
						break
					}
					if !errors.Is(err, engine.ErrContended) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Go(func() {
		c := closer(&engine.Commands{Store: m}, tills, counts)
		for done := 0; done < closings; {
			_, err := c.Close(context.Background(), "till-t", false)
			var moved *engine.Conflict
			switch {
			case err == nil:
				done++
			case errors.Is(err, engine.ErrNothingToClose):
				if len(m.streamOf("till-t")) >= 1+writers*each+2*done {
					return // they are done, and so there is nothing more to close
				}
			case !errors.As(err, &moved):
				t.Error(err)
				return
			}
		}
	})
	all.Wait()
	commits := m.streamOf("till-t")
	sum, version, era, ids := 0, uint64(0), 0, map[string]bool{}
	for _, c := range commits {
		if c.Version != version+1 || c.Era != era {
			t.Fatalf("behind version %d of era %d comes version %d of era %d", version, era, c.Version, c.Era)
		}
		if version = c.Last(); c.Closes() {
			era++
		}
		for _, e := range c.Events {
			if e.Type == "Taken" {
				sum++
				if ids[c.CommandID] {
					t.Fatalf("the commit of %s is there twice", c.CommandID)
				}
				ids[c.CommandID] = true
			}
		}
	}
	if sum != 1+writers*each || era == 0 || stateOf(t, m, tills) != any(till{sum}) {
		t.Fatalf("there are %d takings in %d eras, and the state is %v", sum, era+1, stateOf(t, m, tills))
	}
}

func (m *memory) streamOf(stream es.StreamID) []es.Commit {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.streams[stream])
}
