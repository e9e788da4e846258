package estest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

// list is the state of the toy aggregate that the kit is tried on.
type list struct {
	Words []string
	Since time.Time
}

type added struct {
	Word string    `json:"word"`
	At   time.Time `json:"at,omitzero"`
}

func (e added) Evolve(l list) list {
	l.Words = append(slices.Clone(l.Words), e.Word)
	l.Since = e.At
	return l
}

// sorted changes the state that it is given.
type sorted struct{}

func (sorted) Evolve(l list) list {
	slices.Sort(l.Words)
	return l
}

// careless appends to a slice of the state that it is given.
type careless struct{}

func (careless) Evolve(l list) list {
	l.Words = append(l.Words, "more")
	return l
}

// forgetful has a field that JSON does not carry.
type forgetful struct {
	Word string `json:"-"`
}

func (forgetful) Evolve(l list) list { return l }

// undeclared is no event of the aggregate.
type undeclared struct{}

func (undeclared) Evolve(l list) list { return l }

var lists = es.Of("list", es.On[added]("Added"), es.On[sorted]("Sorted"), es.On[careless]("Appended"), es.On[forgetful]("Forgotten"))

var errFull = es.Conflict("Full", "the list is full")

// do is a command that does what the test wants.
type do struct {
	invalid error
	decide  func(list, es.Env) ([]es.Event[list], error)
}

func (do) Stream() string    { return "l1" }
func (c do) Validate() error { return c.invalid }

func (c do) Decide(l list, env es.Env) ([]es.Event[list], error) { return c.decide(l, env) }

func (c do) Answer(l list, env es.Env) (any, error) {
	if len(l.Words) == 0 {
		return nil, errFull
	}
	return fmt.Sprintf("%d words, %s", len(l.Words), env.ID), nil
}

func events(all ...es.Event[list]) do {
	return do{decide: func(list, es.Env) ([]es.Event[list], error) { return all, nil }}
}

func refusal(err error) do {
	return do{decide: func(list, es.Env) ([]es.Event[list], error) { return nil, err }}
}

// listener is a testing.TB that listens for failures instead of failing.
type listener struct {
	testing.TB
	heard []string
}

func (*listener) Helper() {}

func (l *listener) Errorf(format string, args ...any) {
	l.heard = append(l.heard, fmt.Sprintf(format, args...))
}

// fails makes sure that an expectation fails, once, and with all these words in its report.
func fails(t *testing.T, expectation func(testing.TB), words ...string) {
	t.Helper()
	l := &listener{TB: t}
	expectation(l)
	if len(l.heard) != 1 {
		t.Fatalf("it reports %d failures, want 1: %q", len(l.heard), l.heard)
	}
	plain := strings.Join(strings.Fields(l.heard[0]), " ") // cmp indents in several ways, at random
	for _, word := range words {
		if !strings.Contains(plain, word) {
			t.Errorf("the report lacks %q:\n%s", word, l.heard[0])
		}
	}
}

func TestWhatHolds(t *testing.T) {
	past := Given(lists, added{Word: "a"})
	t.Run("events and state", func(t *testing.T) {
		past.When(events(added{Word: "b", At: Noon})).
			Then(t, added{Word: "b", At: Noon}).
			AndState(t, list{Words: []string{"a", "b"}, Since: Noon}).
			AndAnswer(t, "2 words, "+DefaultID)
	})
	t.Run("nothing", func(t *testing.T) {
		past.When(events()).ThenNothing(t).AndState(t, list{Words: []string{"a"}})
	})
	t.Run("a refusal leaves the state", func(t *testing.T) {
		past.When(refusal(errFull)).ThenRejected(t, errFull).AndState(t, list{Words: []string{"a"}}).AndAnswerRejected(t, errFull)
	})
	t.Run("Validate comes first", func(t *testing.T) {
		past.When(do{invalid: es.Invalid("word", "no such word")}).ThenRejected(t, es.Invalid("word", ""))
	})
	t.Run("an answer that refuses", func(t *testing.T) {
		Given(lists).When(events()).ThenNothing(t).AndAnswerRejected(t, errFull)
	})
	t.Run("a repetition is answered again", func(t *testing.T) {
		past.When(events()).Repeated(ID("x")).AndAnswer(t, "1 words, x")
	})
	t.Run("matchers", func(t *testing.T) {
		past.When(events(added{Word: "anything", At: Noon})).Then(t, added{Word: AnyString, At: AnyTime})
		if compare([]int{AnyInt, AnyInt}, []int{0, -7}) != "" {
			t.Error("AnyInt does not match any int")
		}
	})
}

func TestEnv(t *testing.T) {
	var seen es.Env
	look := do{decide: func(_ list, env es.Env) ([]es.Event[list], error) {
		seen = env
		return nil, nil
	}}
	t.Run("usual", func(t *testing.T) {
		Given(lists).When(look).ThenNothing(t)
		if diff := compare(es.Env{Now: Noon, Cause: Noon, ID: DefaultID, Secret: []byte(Secret)}, seen); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("with options", func(t *testing.T) {
		Given(lists).When(look, At(Noon.Add(time.Hour)), By("ann"), ID("x"), Entropy(1, 2)).ThenNothing(t)
		want := es.Env{
			Now: Noon.Add(time.Hour), Cause: Noon.Add(time.Hour),
			Invoker: es.Identity{User: "ann", Roles: []string{es.RoleRead, es.RoleWrite}},
			ID:      "x", Entropy: [32]byte{1, 2}, Secret: []byte(Secret),
		}
		if diff := compare(want, seen); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("with roles", func(t *testing.T) {
		Given(lists).When(look, By("ann", es.RoleAdmin)).ThenNothing(t)
		if !seen.Invoker.Has(es.RoleAdmin) || seen.Invoker.Has(es.RoleWrite) {
			t.Errorf("the roles are %v", seen.Invoker.Roles)
		}
	})
}
