// Package estest tests declarations in the words of a specification: given what has happened, when a command comes, then
// these events.
//
//	estest.Given(match.Aggregate, match.Created{CreatedBy: "ann", Size: board.Small}).
//		When(match.Cancel{MatchID: "m1"}, estest.By("ann")).
//		Then(t, match.Cancelled{}).
//		AndState(t, …)
//
// [View] does as much for views, [Saga] for sagas. Everything goes the way that it goes in earnest: the command's Validate
// comes first, and events are written and read under their wire names, so that an event that is not declared, or a field
// that does not survive JSON, fails the test. So does whatever is not pure: a decision that comes out differently the
// second time, and an Evolve that changes the state it was given.
//
// Expected values may hold [AnyString], [AnyInt] and [AnyTime]. Nil and empty slices and maps are the same.
package estest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/es"
)

// Past is what has happened to an aggregate. It is made by [Given].
type Past[S any] struct {
	aggregate *es.Aggregate[S]
	events    []es.Event[S]
}

// Given begins with the events of an aggregate, oldest first; with none the aggregate does not exist yet.
func Given[S any](a *es.Aggregate[S], events ...es.Event[S]) Past[S] {
	return Past[S]{aggregate: a, events: events}
}

// When has a command decided. It is made by nobody in particular, at [Noon], unless options say otherwise.
func (p Past[S]) When(command es.Command[S], options ...Option) Outcome[S] {
	o := Outcome[S]{command: command, env: defaultEnv}
	for _, option := range options {
		option(&o.env)
	}
	if err := o.decide(p); !errors.As(err, &o.rejection) {
		o.fault = err
	}
	return o
}

// Outcome is what came of a command. Its methods fail the test unless it is what they say, and can be chained.
type Outcome[S any] struct {
	command   es.Command[S]
	env       es.Env
	events    []es.Event[S] // as read back
	rejection *es.Rejection
	state     S // after the events
	fault     error
}

// decide returns a rejection, or what is wrong with the declarations.
func (o *Outcome[S]) decide(p Past[S]) error {
	past, err := p.fold()
	if err != nil {
		return err
	}
	given := withRoom(past)
	before, _ := given.value.(S)
	o.state = before
	if err := o.command.Validate(); err != nil {
		return err
	}
	decided, err := o.command.Decide(before, o.env)
	again, errAgain := o.command.Decide(before, o.env)
	if diff := compare(decided, again); diff != "" || !sameError(err, errAgain) {
		return fmt.Errorf("%T decides differently the second time (-first +second):\n%s", o.command, diff)
	}
	if err == nil {
		err = o.happen(p.aggregate, decided)
	}
	if diff := compare(past, before); diff != "" {
		return fmt.Errorf("Decide or Evolve changes the state that it was given (-before +after):\n%s", diff)
	}
	if aliased := given.empty(); aliased != nil {
		return aliased
	}
	return err
}

func (o *Outcome[S]) happen(a *es.Aggregate[S], decided []es.Event[S]) error {
	recorded, events, err := roundTrip(a, decided)
	if err != nil {
		return err
	}
	o.events = events
	o.state, err = fold(a, o.state, recorded)
	return err
}

func sameError(a, b error) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
}

// fold gives the state of the past, from events that were written and read.
func (p Past[S]) fold() (S, error) {
	var state S
	recorded, _, err := roundTrip(p.aggregate, p.events)
	if err != nil {
		return state, err
	}
	return fold(p.aggregate, state, recorded)
}

// Then expects that the command causes just these events, one at least.
func (o Outcome[S]) Then(t testing.TB, want ...es.Event[S]) Outcome[S] {
	t.Helper()
	switch {
	case o.broken(t):
	case len(want) == 0:
		t.Errorf("Then without events is ThenNothing")
	case o.rejection != nil:
		t.Errorf("%T is refused, want events: %v", o.command, o.rejection)
	default:
		if diff := compare(want, o.events); diff != "" {
			t.Errorf("%T causes other events (-want +got):\n%s", o.command, diff)
		}
	}
	return o
}

// ThenNothing expects that the command is accepted and causes no events.
func (o Outcome[S]) ThenNothing(t testing.TB) Outcome[S] {
	t.Helper()
	switch {
	case o.broken(t):
	case o.rejection != nil:
		t.Errorf("%T is refused, want nothing to happen: %v", o.command, o.rejection)
	case len(o.events) > 0:
		t.Errorf("%T causes events, want none (-want +got):\n%s", o.command, compare([]es.Event[S](nil), o.events))
	}
	return o
}

// ThenRejected expects that the command is refused with the code, the kind and, if there is one, the field of want.
func (o Outcome[S]) ThenRejected(t testing.TB, want *es.Rejection) Outcome[S] {
	t.Helper()
	switch {
	case o.broken(t):
	case o.rejection == nil:
		t.Errorf("%T is accepted, want %v (-want +got):\n%s", o.command, want, compare([]es.Event[S](nil), o.events))
	default:
		checkRejection(t, o.command, want, o.rejection)
	}
	return o
}

// AndState expects the aggregate's state after the command.
func (o Outcome[S]) AndState(t testing.TB, want S) Outcome[S] {
	t.Helper()
	if o.broken(t) {
		return o
	}
	if diff := compare(want, o.state); diff != "" {
		t.Errorf("%T leads to another state (-want +got):\n%s", o.command, diff)
	}
	return o
}

func (o Outcome[S]) broken(t testing.TB) bool {
	t.Helper()
	if o.fault != nil {
		t.Errorf("%T: %v", o.command, o.fault)
	}
	return o.fault != nil
}

func checkRejection(t testing.TB, command any, want, got *es.Rejection) {
	t.Helper()
	w := es.Rejection{Code: want.Code, Kind: want.Kind, Field: want.Field}
	g := es.Rejection{Code: got.Code, Kind: got.Kind, Field: got.Field}
	if want.Field == "" {
		g.Field = ""
	}
	if diff := compare(w, g); diff != "" {
		t.Errorf("%T is refused otherwise: %v (-want +got):\n%s", command, got, diff)
	}
}
