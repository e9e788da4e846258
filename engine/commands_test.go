package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

var somebody = es.Identity{User: "u1", Roles: []string{es.RoleWrite}}

func commands(t *testing.T, m *memory) *engine.Commands {
	t.Helper()
	states, err := engine.NewMemory(100)
	if err != nil {
		t.Fatal(err)
	}
	return &engine.Commands{Store: m, Memory: states}
}

func request(d *es.CommandDecl, command any) engine.Request {
	return engine.Request{Decl: d, Command: command, ID: engine.NewID(), TraceID: engine.NewID(), Invoker: somebody}
}

func execute(t *testing.T, x *engine.Commands, r engine.Request) engine.Result {
	t.Helper()
	result, err := x.Execute(context.Background(), r)
	if err != nil {
		t.Fatalf("%s: %v", r.Decl.Name, err)
	}
	return result
}

func refused(t *testing.T, x *engine.Commands, r engine.Request, want error) {
	t.Helper()
	if _, err := x.Execute(context.Background(), r); !errors.Is(err, want) {
		t.Fatalf("%s gave %v, want %v", r.Decl.Name, err, want)
	}
}

func TestExecute(t *testing.T) {
	t.Run("appends what is decided", func(t *testing.T) {
		m := newMemory()
		got := execute(t, commands(t, m), request(doAdd, add{"c", 3}))
		if got.Version != 1 || got.Stream != "counter-c" || len(m.streams["counter-c"]) != 1 {
			t.Fatalf("got %+v, stored %v", got, m.streams)
		}
	})
	t.Run("reads once cold and never warm", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		for range 3 {
			execute(t, x, request(doAdd, add{"c", 1}))
		}
		if m.loads != 1 || m.appends != 3 {
			t.Fatalf("3 commands took %d loads and %d appends, want 1 and 3", m.loads, m.appends)
		}
	})
	t.Run("refuses by the role, before it looks at the input", func(t *testing.T) {
		x := commands(t, newMemory())
		r := request(doAdd, add{"c", -1})
		r.Invoker = es.Identity{}
		refused(t, x, r, engine.ErrUnauthenticated)
		r.Invoker = es.Identity{User: "u1", Roles: []string{es.RoleRead}}
		refused(t, x, r, engine.ErrForbidden)
		r.Invoker = somebody
		refused(t, x, r, es.Invalid("n", ""))
	})
	t.Run("a remembered state never refuses", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doAdd, add{"c", 10}))
		refused(t, x, request(doAdd, add{"c", 1}), errFull)
		if m.loads != 2 {
			t.Fatalf("the refusal came after %d loads, want a fresh one", m.loads)
		}
	})
	t.Run("a command that changes nothing appends nothing", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doAdd, add{"c", 2}))
		if got := execute(t, x, request(doAdd, add{"c", 0})); got.Version != 1 || m.appends != 1 {
			t.Fatalf("got version %d after %d appends", got.Version, m.appends)
		}
	})
}

func TestConflicts(t *testing.T) {
	for _, silent := range []bool{false, true} {
		t.Run(fmt.Sprintf("mend: decides again on the fresh state, silent=%v", silent), func(t *testing.T) {
			m := newMemory()
			m.silent = silent
			x := commands(t, m)
			m.before = func([]es.Draft) error {
				m.before = nil
				execute(t, commands(t, m), request(doAdd, add{"c", 8})) // another process
				return nil
			}
			refused(t, x, request(doAdd, add{"c", 3}), errFull)
			if got := execute(t, x, request(doAdd, add{"c", 2})); got.Version != 2 {
				t.Fatalf("got version %d, want 2", got.Version)
			}
		})
	}
	t.Run("an append whose answer was lost has succeeded", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		m.before = func(drafts []es.Draft) error {
			m.before = nil
			return m.Append(context.Background(), drafts...) // the first try arrives, the retry meets it
		}
		if got := execute(t, x, request(doAdd, add{"c", 3})); got.Version != 1 || len(m.streams["counter-c"]) != 1 {
			t.Fatalf("got %+v, stored %v", got, m.streams["counter-c"])
		}
	})
	t.Run("gives up as contended, having changed nothing", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		busy := commands(t, m)
		m.before = func(drafts []es.Draft) error {
			if drafts[0].Origin.Invoker == "other" {
				return nil
			}
			r := request(doName, name{"c", engine.NewID()})
			r.Invoker.User = "other"
			_, err := busy.Execute(context.Background(), r)
			return err
		}
		refused(t, x, request(doAdd, add{"c", 1}), engine.ErrContended)
		for _, c := range m.streams["counter-c"] {
			if c.Events[0].Type == "Added" {
				t.Fatal("the command that gave up was appended")
			}
		}
	})
	t.Run("many at once all count", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				for {
					_, err := x.Execute(context.Background(), request(doAdd, add{"c", 1}))
					if !errors.Is(err, engine.ErrContended) {
						if err != nil {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		all.Wait()
		refused(t, x, request(doAdd, add{"c", 1}), errFull)
	})
}

func TestIdempotency(t *testing.T) {
	m := newMemory()
	x := commands(t, m)
	first := request(doAdd, add{"c", 4})
	want := execute(t, x, first)
	execute(t, x, request(doAdd, add{"c", 6}))

	for name, x := range map[string]*engine.Commands{"warm": x, "cold": commands(t, m), "without memory": {Store: m}} {
		t.Run(name, func(t *testing.T) {
			again := first
			again.TraceID = engine.NewID()
			got := execute(t, x, again)
			want.Repeated = true
			if got != want {
				t.Fatalf("a repetition gave %+v, want the first outcome %+v", got, want)
			}
			if n := len(m.streams["counter-c"]); n != 2 {
				t.Fatalf("a repetition left %d commits, want 2", n)
			}
		})
	}
	t.Run("a thousand commands later", func(t *testing.T) {
		x := commands(t, newMemory())
		var all []engine.Request
		for range 2049 {
			all = append(all, request(doUnname, unname{"c", "x"}))
			execute(t, x, all[len(all)-1])
		}
		for _, i := range []int{2048, 1500, 1025} {
			if got := execute(t, x, all[i]); !got.Repeated || got.Version != uint64(i+1) {
				t.Fatalf("the command before last by %d gave %+v", len(all)-i, got)
			}
		}
	})
}

func TestUniqueValues(t *testing.T) {
	t.Run("one holder at a time", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doName, name{"a", "bob"}))
		refused(t, x, request(doName, name{"b", "bob"}), errTaken)
		if len(m.streams["counter-b"]) != 0 {
			t.Fatal("the refused claim was appended")
		}
		execute(t, x, request(doName, name{"a", "bob"})) // the holder itself may say so again
		execute(t, x, request(doUnname, unname{"b", "bob"}))
		refused(t, x, request(doName, name{"b", "bob"}), errTaken) // it was not b's to give up
	})
	t.Run("a released value can be had", func(t *testing.T) {
		m := newMemory()
		x := commands(t, m)
		execute(t, x, request(doName, name{"a", "bob"}))
		execute(t, x, request(doUnname, unname{"a", "bob"}))
		execute(t, x, request(doName, name{"b", "bob"}))
		refused(t, x, request(doName, name{"a", "bob"}), errTaken)
	})
	t.Run("two at once, exactly one wins", func(t *testing.T) {
		m := newMemory()
		var won, lost int
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				_, err := commands(t, m).Execute(context.Background(), request(doName, name{fmt.Sprint(i), "bob"}))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.Is(err, errTaken):
					lost++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 || lost != 15 {
			t.Fatalf("%d won and %d lost", won, lost)
		}
	})
}
