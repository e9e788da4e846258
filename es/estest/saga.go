package estest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Reacting is a saga under test. It is made by [Saga].
type Reacting struct{ saga *es.Saga }

// Saga puts a saga to the test.
func Saga(s *es.Saga) Reacting { return Reacting{s} }

// Reaction is what a saga does upon a commit.
type Reaction struct {
	name  string
	acts  []es.Act
	fault error
}

// On has the saga react to the events of a commit.
func (r Reacting) On(c Commit) Reaction {
	first, err := r.react(c)
	if err != nil {
		return Reaction{name: r.saga.Name, fault: err}
	}
	second, err := r.react(c)
	if diff := compare(outline(first), outline(second)); diff != "" {
		err = fmt.Errorf("it acts differently the second time (-first +second):\n%s", diff)
	}
	return Reaction{name: r.saga.Name, acts: first, fault: err}
}

func (r Reacting) react(c Commit) ([]es.Act, error) {
	commit, err := c.commit(1)
	if err != nil {
		return nil, err
	}
	var acts []es.Act
	for i := range commit.Events {
		more, err := r.saga.React(commit, i, secretFor(r.saga.Secret))
		if err != nil {
			return nil, err
		}
		acts = append(acts, more...)
	}
	return acts, errors.Join(validate(acts), declared(r.saga, acts))
}

// declared makes sure that the saga is declared to do what it does: its Lambda gets no other permissions.
func declared(s *es.Saga, acts []es.Act) error {
	for _, a := range acts {
		switch {
		case !a.Due.IsZero() && !s.Timers:
			return errors.New("it sets a timer without being declared with SetsTimers")
		case a.SMS != nil && !s.Texts:
			return errors.New("it sends a text message without being declared with SendsTexts")
		case a.Mail != nil && a.Mail.To != "" && s.Addresses.Aggregate == nil:
			return errors.New("it posts a mail to a user without being declared with MailsTo")
		case a.Mail != nil && !s.Mails:
			return errors.New("it posts a mail without being declared with PostsMails")
		}
	}
	return nil
}

// Does expects the acts, and for each the same compensation when it is refused. Each command must pass its own Validate:
// nobody would be there to correct it.
func (r Reaction) Does(t testing.TB, want ...es.Act) {
	t.Helper()
	if r.fault != nil {
		t.Errorf("%s: %v", r.name, r.fault)
	} else if diff := compare(outline(want), outline(r.acts)); diff != "" {
		t.Errorf("%s does otherwise (-want +got):\n%s", r.name, diff)
	}
}

// Refusal is what compensations are tried with.
var Refusal = es.Conflict("RefusedInTest", "the test refuses everything")

func validate(acts []es.Act) error {
	for _, a := range acts {
		if a.Send == nil {
			continue
		}
		if err := a.Send.Validate(a.Command); err != nil {
			return fmt.Errorf("it sends %s, which is invalid: %w", a.Send.Name, err)
		}
		if a.Otherwise != nil {
			if err := validate(a.Otherwise(Refusal)); err != nil {
				return err
			}
		}
	}
	return nil
}

// act is an act as far as it can be compared.
type act struct {
	Send    string
	Command any
	Due     time.Time
	Mail    *es.Mail
	SMS     *es.SMS
	Else    []act
}

func outline(acts []es.Act) []act {
	lines := make([]act, len(acts))
	for i, a := range acts {
		lines[i] = act{Command: a.Command, Due: a.Due, Mail: a.Mail, SMS: a.SMS}
		if a.Send != nil {
			lines[i].Send = a.Send.Name
		}
		if a.Otherwise != nil {
			lines[i].Else = outline(a.Otherwise(Refusal))
		}
	}
	return lines
}
