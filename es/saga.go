package es

import (
	"fmt"
	"reflect"
	"slices"
)

// Saga declares reactions to events: commands to send and mails to post. It keeps no state of its own; what it did is
// in the streams that it changed, and what was refused is in a stream of the saga's.
type Saga struct {
	Name      string      // kebab-case; names the event handler's Lambda and queue
	Listens   []string    // categories
	Addresses AddressBook // where its mails go; zero for a saga that posts none
	reactions map[string][]func(c Commit, i int) ([]Act, error)
}

// Act is one thing that a saga does: it sends a command, or posts a mail.
type Act struct {
	Send    *CommandDecl
	Command any
	Mail    *Mail
	// Otherwise gives what to do when the command is refused; the acts that were to follow it are dropped. Nil for nothing
	// but the refusal's record. So a command that is sent to several targets in a row should not refuse, and none should
	// because its work is done already: that is what a redelivery finds, and it would set off the compensation.
	Otherwise func(*Rejection) []Act
}

// Mail is a message to a user, by user id: its address is looked up when it is posted.
type Mail struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// Send is the act of sending a command.
func Send[C any](d *CommandDecl, command C) Act {
	if reflect.TypeFor[C]() != d.Input {
		panic(fmt.Sprintf("es.Send: %s takes %v, not %v", d.Name, d.Input, reflect.TypeFor[C]()))
	}
	return Act{Send: d, Command: command}
}

// Else is the act with a compensation for when its command is refused.
func (a Act) Else(otherwise func(*Rejection) []Act) Act {
	a.Otherwise = otherwise
	return a
}

// Post is the act of posting a mail.
func Post(m Mail) Act { return Act{Mail: &m} }

// Reaction is how a saga reacts to one event. It is made by [React].
type Reaction struct {
	category, event string
	react           func(c Commit, i int) ([]Act, error)
}

// React declares what a saga does upon an event of an aggregate. The function is pure: the same event gives the same
// acts, so that a redelivery repeats, and changes nothing.
func React[S any, E Event[S]](a *Aggregate[S], react func(E, Meta) []Act) Reaction {
	t, known := a.byType[reflect.TypeFor[E]()]
	if !known {
		panic(fmt.Sprintf("es.React: %v is not an event of %s", reflect.TypeFor[E](), a.category))
	}
	return Reaction{category: a.category, event: t.name, react: func(c Commit, i int) ([]Act, error) {
		var e E
		if err := Decode(c.Events[i].Data, &e); err != nil {
			return nil, c.fault(i, err)
		}
		return react(e, c.Meta(i)), nil
	}}
}

// NewSaga declares a saga.
func NewSaga(name string, reactions ...Reaction) *Saga {
	s := &Saga{Name: name, reactions: map[string][]func(Commit, int) ([]Act, error){}}
	for _, r := range reactions {
		key := r.category + "/" + r.event
		s.reactions[key] = append(s.reactions[key], r.react)
		if !slices.Contains(s.Listens, r.category) {
			s.Listens = append(s.Listens, r.category)
		}
	}
	return s
}

// React gives the acts upon the i-th event of a commit.
func (s *Saga) React(c Commit, i int) ([]Act, error) {
	var acts []Act
	for _, react := range s.reactions[c.Stream.Category()+"/"+c.Events[i].Type] {
		more, err := react(c, i)
		if err != nil {
			return nil, err
		}
		acts = append(acts, more...)
	}
	return acts, nil
}

// AddressBook knows the e-mail addresses of users: it finds them in the state of the aggregate that has the user's id.
type AddressBook struct {
	Aggregate Folder
	Address   func(state any) string // empty when there is none
}

// AddressesFrom makes an address book of an aggregate.
func AddressesFrom[S any](a *Aggregate[S], address func(S) string) AddressBook {
	return AddressBook{Aggregate: a, Address: func(state any) string {
		s, _ := state.(S)
		return address(s)
	}}
}

// MailsTo tells where the saga's mails go.
func (s *Saga) MailsTo(book AddressBook) *Saga {
	s.Addresses = book
	return s
}
