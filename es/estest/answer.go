package estest

import (
	"errors"
	"testing"

	"github.com/foldstream/foldstream/es"
)

// AndAnswer expects what the command adds to its answer, by [es.Answering].
func (o Outcome[S]) AndAnswer(t testing.TB, want any) Outcome[S] {
	t.Helper()
	if got, err := o.answer(t); err != nil {
		t.Errorf("%T is not answered: %v", o.command, err)
	} else if diff := compare(want, got); diff != "" {
		t.Errorf("%T is answered otherwise (-want +got):\n%s", o.command, diff)
	}
	return o
}

// AndAnswerRejected expects that the command is refused in answering it, when its events are there already.
func (o Outcome[S]) AndAnswerRejected(t testing.TB, want *es.Rejection) Outcome[S] {
	t.Helper()
	got, err := o.answer(t)
	var rejection *es.Rejection
	if errors.As(err, &rejection) {
		checkRejection(t, o.command, want, rejection)
	} else {
		t.Errorf("%T is answered with %v, %v; want %v", o.command, got, err, want)
	}
	return o
}

// Repeated is the outcome of the command when it is repeated with other options: it is answered again, but not decided.
func (o Outcome[S]) Repeated(options ...Option) Outcome[S] {
	for _, option := range options {
		option(&o.env)
	}
	return o
}

func (o Outcome[S]) answer(t testing.TB) (any, error) {
	t.Helper()
	if o.broken(t) {
		return nil, o.fault
	}
	if o.rejection != nil {
		return nil, o.rejection
	}
	command, ok := o.command.(es.Answering[S])
	if !ok {
		return nil, errors.New("it is not es.Answering")
	}
	return command.Answer(o.state, o.env)
}
