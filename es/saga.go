package es

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Saga declares reactions to events: commands to send and mails to post. It keeps no state of its own; what it did is
// in the streams that it changed, and what was refused is in a stream of the saga's.
type Saga struct {
	Name      string      // kebab-case; names the event handler's Lambda and queue
	Listens   []string    // categories
	Addresses AddressBook // where its mails to users go
	Mails     bool        // whether it posts mails
	Texts     bool        // whether it sends text messages
	Timers    bool        // whether it sends commands at a time
	Secret    bool        // whether its reactions need [Meta.Secret]
	reactions map[string][]reaction
}

type reaction func(c Commit, i int, secret []byte) ([]Act, error)

// Act is one thing that a saga does: it sends a command, now or at a time, posts a mail, or sends a text message.
type Act struct {
	Send    *CommandDecl
	Command any
	Due     time.Time // when to send the command; zero for now
	Mail    *Mail
	SMS     *SMS
	Name    string // tells the act from the others upon the same event; empty for its place among them
	// Otherwise gives what to do when the command is refused; the acts that were to follow it are dropped. Nil for nothing
	// but the refusal's record. So a command that is sent to several targets in a row should not refuse, and none should
	// because its work is done already: that is what a redelivery finds, and it would set off the compensation.
	Otherwise func(*Rejection) []Act
}

// Mail is a message to a user, by user id, whose address is looked up when it is posted; or to an e-mail address.
type Mail struct {
	To      string `json:"to,omitzero"`
	Address string `json:"address,omitzero"`
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

// SMS is a text message to a phone.
type SMS struct {
	Number string `json:"number"` // E.164
	Text   string `json:"text"`
}

// At makes the act a timer: the command is sent at a time, or a little later. A saga with timers is declared so by
// [Saga.SetsTimers]. A refusal is recorded like any, but is not compensated: a command that comes at a time must decide
// nothing when it comes too late.
func (a Act) At(due time.Time) Act {
	a.Due = due
	return a
}

// Else is the act with a compensation for when its command is refused.
func (a Act) Else(otherwise func(*Rejection) []Act) Act {
	a.Otherwise = otherwise
	return a
}

// Post is the act of posting a mail.
func Post(m Mail) Act { return Act{Mail: &m} }

// Text is the act of sending a text message.
func Text(m SMS) Act { return Act{SMS: &m} }

// Reaction is how a saga reacts to one event. It is made by [React].
type Reaction struct {
	category, event string
	react           reaction
	timer           bool
}

// React declares what a saga does upon an event of an aggregate. The function is pure: the same event gives the same
// acts, so that a redelivery repeats, and changes nothing.
func React[S any, E Event[S]](a *Aggregate[S], react func(E, Meta) []Act) Reaction {
	t, known := a.byType[reflect.TypeFor[E]()]
	if !known {
		panic(fmt.Sprintf("es.React: %v is not an event of %s", reflect.TypeFor[E](), a.category))
	}
	return Reaction{category: a.category, event: t.name, react: func(c Commit, i int, secret []byte) ([]Act, error) {
		e, err := readAs[E](t.past, c.Events[i])
		if err != nil {
			return nil, c.fault(i, err)
		}
		meta := c.Meta(i)
		meta.Secret = secret
		return react(e, meta), nil
	}}
}

// NewSaga declares a saga.
func NewSaga(name string, reactions ...Reaction) *Saga {
	s := &Saga{Name: name, reactions: map[string][]reaction{}}
	for _, r := range reactions {
		key := r.category + "/" + r.event
		s.reactions[key] = append(s.reactions[key], r.react)
		s.Timers = s.Timers || r.timer
		if !slices.Contains(s.Listens, r.category) {
			s.Listens = append(s.Listens, r.category)
		}
	}
	return s
}

// React gives the acts upon the i-th event of a commit. The secret is the system's, nil for a saga that needs none.
func (s *Saga) React(c Commit, i int, secret []byte) ([]Act, error) {
	var acts []Act
	for _, react := range s.reactions[c.Stream.Category()+"/"+c.Events[i].Type] {
		more, err := react(c, i, secret)
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

// MailsTo declares that the saga posts mails to users, and where these go.
func (s *Saga) MailsTo(book AddressBook) *Saga {
	s.Addresses, s.Mails = book, true
	return s
}

// PostsMails declares that the saga posts mails to addresses.
func (s *Saga) PostsMails() *Saga {
	s.Mails = true
	return s
}

// SendsTexts declares that the saga sends text messages.
func (s *Saga) SendsTexts() *Saga {
	s.Texts = true
	return s
}

// SetsTimers declares that the saga sends commands at a time.
func (s *Saga) SetsTimers() *Saga {
	s.Timers = true
	return s
}

// UsesSecret gives the saga's reactions the system's secret.
func (s *Saga) UsesSecret() *Saga {
	s.Secret = true
	return s
}
