package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// of declares the counter's additions and names by an aggregate with other traits.
func of(a *es.Aggregate[counter]) (doAdd, doName *es.CommandDecl) {
	return es.Handles[add](a, "add", "POST /counters/{id}/additions"), es.Handles[name](a, "name", "PUT /counters/{id}/name")
}

func counting() *es.Aggregate[counter] {
	return es.Of("counter", es.On[added]("Added"), es.On[named]("Named"), es.On[unnamed]("Unnamed"))
}

func TestPlain(t *testing.T) {
	plainly, plainlyName := of(counting().Plain())
	// meanwhile lets another process add 1 before the next append.
	meanwhile := func(t *testing.T, m *memory) {
		m.before = func([]es.Draft) error {
			m.before = nil
			execute(t, commands(t, m), request(plainly, add{"c", 1}))
			return nil
		}
	}
	for _, silent := range []bool{false, true} {
		t.Run(fmt.Sprintf("who meets a conflict is told so, silent=%v", silent), func(t *testing.T) {
			m := newMemory()
			m.silent = silent
			meanwhile(t, m)
			refused(t, commands(t, m), request(plainly, add{"c", 1}), engine.ErrContended)
			if m.appends != 2 || sum(t, m, "counter-c") != 1 {
				t.Fatalf("%d appends, sum %d: it was decided again", m.appends, sum(t, m, "counter-c"))
			}
		})
		t.Run(fmt.Sprintf("an append whose answer was lost has succeeded, silent=%v", silent), func(t *testing.T) {
			m := newMemory()
			m.silent = silent
			m.before = func(drafts []es.Draft) error {
				m.before = nil
				return m.Append(t.Context(), drafts...)
			}
			if got := execute(t, commands(t, m), request(plainly, add{"c", 3})); got.Version != 1 || sum(t, m, "counter-c") != 3 {
				t.Fatalf("got %+v", got)
			}
		})
	}
	t.Run("live writers decide again", func(t *testing.T) {
		m := newMemory()
		meanwhile(t, m)
		if got := execute(t, commands(t, m), request(doAdd, add{"c", 1})); got.Version != 2 {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("decides on what is in the store, however warm", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(plainly, add{"c", 1}))
		execute(t, commands(t, m), request(plainly, add{"c", 1})) // another process
		if got := execute(t, x, request(plainly, add{"c", 1})); got.Version != 3 {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("a unique value is taken or not, which is no conflict", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(plainlyName, name{"a", "bob"}))
		refused(t, x, request(plainlyName, name{"b", "bob"}), errTaken)
		execute(t, x, request(plainlyName, name{"a", "bob"}))
	})
}

func TestSingle(t *testing.T) {
	alone, _ := of(counting().Single())
	single := func(t *testing.T, m *memory) *engine.Commands {
		x := commands(t, m)
		x.Leases = m
		return x
	}
	t.Run("appends under a lease, and releases it", func(t *testing.T) {
		m := newMemory()
		x := single(t, m)
		last := uint64(0)
		m.before = func(drafts []es.Draft) error {
			l := m.leases["counter-c"]
			if l.until.IsZero() || drafts[0].Token != l.token || l.token <= last {
				t.Errorf("behind %d it appends with the token %d under %+v", last, drafts[0].Token, l)
			}
			last = l.token
			return nil
		}
		for range 3 {
			execute(t, x, request(alone, add{"c", 3}))
		}
		refused(t, x, request(alone, add{"c", 3}), errFull)
		if l := m.leases["counter-c"]; !l.until.IsZero() {
			t.Fatalf("the lease is held: %+v", l)
		}
	})
	t.Run("waits for who holds the lease", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			token, err := m.Acquire(t.Context(), "counter-c", time.Now(), time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(300*time.Millisecond, func() { _ = m.Release(t.Context(), "counter-c", token) })
			if got := execute(t, single(t, m), request(alone, add{"c", 1})); got.Version != 1 {
				t.Fatalf("got %+v", got)
			}
		})
	})
	t.Run("gives up on who holds the lease for long, which is no refusal", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			if _, err := m.Acquire(t.Context(), "counter-c", time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			_, err := single(t, m).Execute(t.Context(), request(alone, add{"c", 1}))
			var refusal *es.Rejection
			if !errors.Is(err, engine.ErrHeld) || errors.As(err, &refusal) || m.appends > 0 {
				t.Fatalf("got %v after %d appends", err, m.appends)
			}
		})
	})
	t.Run("who was deposed appends nothing, and its command is done by the next", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for _, appends := range []bool{false, true} { // whether the next one has appended by then
				m := newMemory()
				m.before = func([]es.Draft) error {
					m.before = nil
					time.Sleep(time.Minute) // the writer stands still
					if appends {
						execute(t, single(t, m), request(alone, add{"c", 1}))
						return nil
					}
					_, err := m.Acquire(t.Context(), "counter-c", time.Now(), time.Now().Add(time.Second))
					return err
				}
				r := request(alone, add{"c", 2})
				_, err := single(t, m).Execute(t.Context(), r)
				var refusal *es.Rejection
				if !errors.Is(err, engine.ErrDeposed) || errors.As(err, &refusal) {
					t.Fatalf("got %v", err)
				}
				before := sum(t, m, "counter-c")
				execute(t, single(t, m), r)
				if after := sum(t, m, "counter-c"); before > 1 || after != before+2 {
					t.Fatalf("the sum is %d, then %d", before, after)
				}
			}
		})
	})
	t.Run("two at once never come between each other", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			var mu sync.Mutex
			var trace string
			step := func(what string) {
				mu.Lock()
				trace += what
				mu.Unlock()
				time.Sleep(time.Millisecond) // so that the other could
			}
			m.loaded = func(es.StreamID) { step("load ") }
			m.before = func([]es.Draft) error { step("append "); return nil }
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					for range 4 {
						x := &engine.Commands{Store: m, Leases: m}
						if _, err := x.Execute(context.Background(), request(alone, add{"c", 1})); err != nil {
							t.Error(err)
						}
					}
				})
			}
			both.Wait()
			want := ""
			for range 8 {
				want += "load append "
			}
			if trace != want {
				t.Fatalf("it went %s", trace)
			}
		})
	})
}
