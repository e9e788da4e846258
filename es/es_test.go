package es_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

type door struct{ Opened int }

type opened struct {
	By string `json:"by"`
}

func (opened) Evolve(d door) door { return door{d.Opened + 1} }

type painted struct{}

func (painted) Evolve(d door) door { return d }

type open struct {
	ID string `json:"-" path:"doorId"`
}

func (c open) Stream() string  { return c.ID }
func (c open) Validate() error { return nil }
func (c open) Decide(d door, env es.Env) ([]es.Event[door], error) {
	if d.Opened > 0 {
		return []es.Event[door]{painted{}}, nil // which the aggregate does not declare
	}
	return []es.Event[door]{opened{By: env.Invoker.User}}, nil
}

var (
	doors    = es.Of("door", es.On[opened]("Opened"))
	doOpen   = es.Handles[open](doors, "open", "POST /doors/{doorId}/openings")
	doorView = es.Project("doors", es.Upon(doors, func(n int, _ opened, _ es.Meta) int { return n + 1 }))
)

// TestWrongDeclarations shows that a program with a wrong declaration does not start, and says what is wrong.
func TestWrongDeclarations(t *testing.T) {
	type noPath struct{ open }
	for name, c := range map[string]struct {
		says    string
		declare func()
	}{
		"an event name twice": {`event name "Opened" is declared twice`, func() { es.Of("door", es.On[opened]("Opened"), es.On[painted]("Opened")) }},
		"an event type twice": {"is declared twice", func() { es.Of("door", es.On[opened]("A"), es.On[opened]("B")) }},
		"a path field that the route lacks": {`wants {doorId}, which is not in "POST /doors"`, func() {
			es.Handles[open](doors, "open", "POST /doors")
		}},
		"a parameter without a field": {"no field of es_test.open has `path:\"houseId\"`", func() {
			es.Handles[open](doors, "open", "POST /houses/{houseId}/doors/{doorId}/openings")
		}},
		"a view of an event of another aggregate": {"is not an event of door", func() {
			es.Upon(doors, func(n int, _ painted, _ es.Meta) int { return n })
		}},
		"an event twice in a view": {"Opened is declared twice", func() {
			when := es.Upon(doors, func(n int, _ opened, _ es.Meta) int { return n })
			es.Project("doors", when, when)
		}},
		"a command of another type": {"open takes es_test.open, not es_test.noPath", func() { es.Send(doOpen, noPath{}) }},
		"a name twice":              {`command "open" is declared twice`, func() { es.NewApp(context("a", doOpen), context("b", doOpen)) }},
		"a name with capitals":      {`context "A" is not in kebab-case`, func() { es.NewApp(context("A")) }},
		"a view that is not listed": {`no context lists the view doors`, func() {
			es.NewApp(es.Context{Name: "a", Queries: []*es.QueryDecl{es.Get(doorView, "get-door", "GET /doors/{id}")}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, c.says) {
					t.Fatalf("it said %q, want %q", said, c.says)
				}
			}()
			c.declare()
		})
	}
}

func context(name string, commands ...*es.CommandDecl) es.Context {
	return es.Context{Name: name, Aggregates: []es.Folder{doors}, Commands: commands}
}

func TestFold(t *testing.T) {
	fault := func(t *testing.T, a *es.Aggregate[door], r es.Recorded) {
		t.Helper()
		_, err := a.Fold(nil, es.Commit{Stream: "door-1", Version: 7, Events: []es.Recorded{r}})
		var f *es.Fault
		if !errors.As(err, &f) || !strings.Contains(err.Error(), "event 7 of door-1") {
			t.Fatalf("got %v, want a fault that names the event", err)
		}
	}
	t.Run("an unknown event is a fault", func(t *testing.T) { fault(t, doors, es.Recorded{Type: "Burnt", Data: []byte(`{}`)}) })
	t.Run("a newer schema is a fault", func(t *testing.T) { fault(t, doors, es.Recorded{Type: "Opened", Schema: 1, Data: []byte(`{}`)}) })
	t.Run("unreadable data is a fault", func(t *testing.T) { fault(t, doors, es.Recorded{Type: "Opened", Data: []byte(`[]`)}) })
	t.Run("data of a newer program is read as far as it is known", func(t *testing.T) {
		c := es.Commit{Stream: "door-1", Version: 1, Events: []es.Recorded{{Type: "Opened", Data: []byte(`{"by":"a","with":"key"}`)}}}
		if s, err := doors.Fold(nil, c); err != nil || s.(door).Opened != 1 {
			t.Fatalf("got %v, %v", s, err)
		}
	})
	t.Run("a partial aggregate ignores what it does not know", func(t *testing.T) {
		partial := es.Of("door", es.On[painted]("Painted")).Partial()
		c := es.Commit{Stream: "door-1", Version: 1, Events: []es.Recorded{{Type: "Opened", Data: []byte(`{}`)}, {Type: "Painted", Data: []byte(`{}`)}}}
		if _, err := partial.Fold(nil, c); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDecide(t *testing.T) {
	env := es.Env{Invoker: es.Identity{User: "u1"}, Now: time.Unix(0, 0)}
	d, err := doOpen.Decide(nil, open{"1"}, env)
	if err != nil || len(d.Events) != 1 || d.Events[0].Type != "Opened" || string(d.Events[0].Data) != `{"by":"u1"}` {
		t.Fatalf("got %+v, %v", d, err)
	}
	var fault *es.Fault
	if _, err := doOpen.Decide(door{1}, open{"1"}, env); !errors.As(err, &fault) {
		t.Fatalf("an event that is not declared gave %v", err)
	}
}

// FuzzStrictInput tries what a caller may send: reading it never panics, and what is read is what was sent.
func FuzzStrictInput(f *testing.F) {
	for _, seed := range []string{`{}`, `{"by":"a"}`, `{"by":1}`, `{"by":"a","by":"b"}`, `{"x":1}`, `[`, "\xff", `{"by":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second opened
		if es.DecodeStrict(data, &first) != nil {
			return
		}
		text, err := es.Encode(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := es.DecodeStrict(text, &second); err != nil || first != second {
			t.Fatalf("%q came back as %+v, %v", data, second, err)
		}
	})
}

func TestDescending(t *testing.T) {
	ascii := rapid.StringMatching(`[ -~]{8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := ascii.Draw(t, "a"), ascii.Draw(t, "b")
		if strings.Compare(a, b) != -strings.Compare(es.Descending(a), es.Descending(b)) {
			t.Fatalf("%q and %q become %q and %q", a, b, es.Descending(a), es.Descending(b))
		}
	})
}

func TestStreamID(t *testing.T) {
	s := es.NewStreamID("match", "a-b-c")
	if s != "match-a-b-c" || s.Category() != "match" || s.ID() != "a-b-c" {
		t.Fatalf("%s is of category %s with the id %s", s, s.Category(), s.ID())
	}
}
