package estest

import (
	"errors"
	"fmt"
	"math/rand"
	"testing"

	"github.com/foldstream/foldstream/es"
)

// An expectation that cannot fail is worth nothing.
func TestWhatFails(t *testing.T) {
	past := Given(lists, added{Word: "b"}, added{Word: "a"})
	accepted := past.When(events(added{Word: "c"}))
	refused := past.When(refusal(errFull))
	for name, test := range map[string]struct {
		expectation func(testing.TB)
		report      []string
	}{
		"another event": {
			func(t testing.TB) { accepted.Then(t, added{Word: "d"}) },
			[]string{"causes other events (-want +got)", `- Word: "d"`, `+ Word: "c"`},
		},
		"an event more": {
			func(t testing.TB) { accepted.Then(t, added{Word: "c"}, sorted{}) },
			[]string{"- estest.sorted{}"},
		},
		"events of a refused command": {
			func(t testing.TB) { refused.Then(t, added{Word: "c"}) },
			[]string{"is refused, want events: Full: the list is full"},
		},
		"no events by Then": {
			func(t testing.TB) { past.When(events()).Then(t) },
			[]string{"ThenNothing"},
		},
		"nothing, but there is something": {
			func(t testing.TB) { accepted.ThenNothing(t) },
			[]string{"causes events, want none", `Word: "c"`},
		},
		"nothing, but it is refused": {
			func(t testing.TB) { refused.ThenNothing(t) },
			[]string{"is refused, want nothing to happen"},
		},
		"a refusal, but it is accepted": {
			func(t testing.TB) { accepted.ThenRejected(t, errFull) },
			[]string{"is accepted, want Full", `Word: "c"`},
		},
		"a refusal with another code": {
			func(t testing.TB) { refused.ThenRejected(t, es.Conflict("Empty", "")) },
			[]string{`- Code: "Empty"`, `+ Code: "Full"`},
		},
		"a refusal of another kind": {
			func(t testing.TB) { refused.ThenRejected(t, es.NotFound("Full", "")) },
			[]string{"Kind:"},
		},
		"a refusal of another field": {
			func(t testing.TB) { past.When(refusal(es.Invalid("a", "wrong"))).ThenRejected(t, es.Invalid("b", "")) },
			[]string{`- Field: "b"`, `+ Field: "a"`},
		},
		"another state": {
			func(t testing.TB) { accepted.AndState(t, list{Words: []string{"b", "a"}}) },
			[]string{"leads to another state", `+ "c"`},
		},
		"another answer": {
			func(t testing.TB) { accepted.AndAnswer(t, "none") },
			[]string{"is answered otherwise", `"none"`, "3 words"},
		},
		"an answer of a refused command": {
			func(t testing.TB) { refused.AndAnswer(t, "none") },
			[]string{"is not answered: Full"},
		},
		"a refusing answer that grants": {
			func(t testing.TB) { accepted.AndAnswerRejected(t, errFull) },
			[]string{"is answered with 3 words"},
		},
		"any string of the empty one": {
			func(t testing.TB) { past.When(events(added{})).Then(t, added{Word: AnyString}) },
			[]string{"causes other events"},
		},
		"any time of none": {
			func(t testing.TB) { accepted.Then(t, added{Word: "c", At: AnyTime}) },
			[]string{"causes other events", "At:"},
		},
	} {
		t.Run(name, func(t *testing.T) { fails(t, test.expectation, test.report...) })
	}
}

func TestWrongDeclarations(t *testing.T) {
	past := Given(lists, added{Word: "b"}, added{Word: "a"})
	for name, test := range map[string]struct {
		outcome Outcome[list]
		report  []string
	}{
		"an event that is not declared": {
			past.When(events(undeclared{})),
			[]string{"undeclared is not declared"},
		},
		"a past that is not declared": {
			Given(lists, undeclared{}).When(events()),
			[]string{"undeclared is not declared"},
		},
		"a field that JSON does not carry": {
			past.When(events(forgetful{Word: "lost"})),
			[]string{"Forgotten is another when it is read back from {}", `- Word: "lost"`},
		},
		"an Evolve that changes its state": {
			past.When(events(sorted{})),
			[]string{"changes the state that it was given"},
		},
		"an Evolve that appends to its state": {
			past.When(events(careless{})),
			[]string{"appends to a slice of the state"},
		},
		"a Decide that changes its state": {
			past.When(do{decide: func(l list, _ es.Env) ([]es.Event[list], error) {
				l.Words[0] = "z"
				return nil, errFull
			}}),
			[]string{"changes the state that it was given", `+ "z"`},
		},
		"a Decide that draws lots": {
			past.When(do{decide: func(list, es.Env) ([]es.Event[list], error) {
				return []es.Event[list]{added{Word: fmt.Sprint(rand.Int63())}}, nil
			}}),
			[]string{"decides differently the second time"},
		},
		"an error that is no rejection": {
			past.When(refusal(errors.New("disk on fire"))),
			[]string{"disk on fire"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			fails(t, func(t testing.TB) { test.outcome.Then(t, added{}) }, test.report...)
			fails(t, func(t testing.TB) { test.outcome.ThenNothing(t) }, test.report...)
			fails(t, func(t testing.TB) { test.outcome.ThenRejected(t, errFull) }, test.report...)
			fails(t, func(t testing.TB) { test.outcome.AndState(t, list{}) }, test.report...)
		})
	}
}
