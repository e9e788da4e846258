package es

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Identity is who makes a request.
type Identity struct {
	User  string   `json:"user"` // empty for nobody
	Roles []string `json:"roles,omitempty"`
}

// The roles that a declaration can ask for.
const (
	RoleRead   = "read"   // queries and subscriptions; the default of queries
	RoleWrite  = "write"  // the default of commands
	RoleFollow = "follow" // the feed of all commits, for programs outside
	RoleAdmin  = "admin"  // grants roles, sees everything
	RoleSystem = "system" // sagas; cannot be had over HTTP
)

// Has reports whether the identity has the role.
func (i Identity) Has(role string) bool {
	for _, r := range i.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Env is everything impure that a decision may see.
type Env struct {
	Now     time.Time // UTC, millisecond precision
	Cause   time.Time // when the event happened that the command is a reaction to; Now for a request
	Invoker Identity
	ID      string   // a UUID of the command's own: the same each time that the command is decided or repeated
	Entropy [32]byte // from a cryptographic source, fresh for each execution of a command, also of a repeated one
	Secret  []byte   // of the system, the same for ever; only for commands declared with [UsesSecret]
}

// Command is a request to change one stream of an aggregate with state S.
//
// Its fields are the members of the request's body, and besides, by struct tag: `path:"matchId"` is filled from the route,
// `from:"invoker"` with the user id of the caller, `from:"id"` with [Env.ID]. Such fields are strings and carry `json:"-"`.
// All other fields have to be there, but those with omitzero or omitempty. A field with `secret:"true"` is never derived
// from nor described with its value.
type Command[S any] interface {
	// Stream is the id of the aggregate that the command addresses, without its category.
	Stream() string
	// Validate checks the shape of the input alone. Its error is best made by [Invalid].
	Validate() error
	// Decide gives the events that the command causes in state S, none if it changes nothing, or refuses with a
	// [Rejection]. It is pure, and may be called several times for one command.
	Decide(S, Env) ([]Event[S], error)
}

// Answering is a command whose answer holds more than where it got to. Answer sees the state after the command, and what
// Decide saw besides; a repeated command is answered again without being decided. Its
// members join the answer's, and a [Grant] becomes a token. A [Rejection] here is answered although the
// events have been appended, which is how a failed login can be both counted and refused.
type Answering[S any] interface {
	Answer(S, Env) (any, error)
}

// Grant as an answer asks for a signed token.
type Grant struct {
	Subject string
	Roles   []string
	TTL     time.Duration
}

// CommandDecl is a declared command, with its types erased.
type CommandDecl struct {
	Name       string       // kebab-case; names the Lambda and its folder
	Route      string       // method and path, as "POST /matches/{matchId}/turns"; empty for an internal command
	Input      reflect.Type // the command type
	Aggregate  Folder
	Role       string // that the caller needs; empty for anybody at all
	Creates    string // path of what the command creates, as "/users/{id}"; empty if it creates nothing
	StreamOf   func(cmd any) StreamID
	Validate   func(cmd any) error
	Decide     func(state, cmd any, env Env) (Decision, error)
	Answer     func(state, cmd any, env Env) (any, error) // nil result without [Answering]
	AnswerType reflect.Type                               // nil without [Answers]
	Asks       []Ask
	Secret     bool // whether it needs [Env.Secret]
	held       bool // whether it is a [HeldBy]
	lookup     func(cmd any) (Unique, bool)
	at         func(cmd any, id string) any
	hear       func(Listening, Heard) any // nil for a command that no listener can send
}

// Ask is another aggregate that a command wants to know the state of. It is made by [Asks].
type Ask struct {
	Aggregate Folder
	StreamOf  func(cmd any) (StreamID, bool)
	Told      func(cmd, state any) any
}

// GrantsToken reports whether the command's answer can be a [Grant].
func (d *CommandDecl) GrantsToken() bool { return d.AnswerType == reflect.TypeFor[Grant]() }

// Decision is what a command decided: its events, and the unique values that they take and give up.
type Decision struct {
	Events   []Recorded
	Claims   []Claim
	Releases []Unique
}

// CommandOption refines a declaration.
type CommandOption func(*CommandDecl)

// Public lets anybody send the command, signed in or not.
func Public() CommandOption { return func(d *CommandDecl) { d.Role = "" } }

// Requires asks for a role other than write.
func Requires(role string) CommandOption { return func(d *CommandDecl) { d.Role = role } }

// Creates declares that the command creates something: it answers 201 with this path as Location, {id} replaced.
func Creates(path string) CommandOption { return func(d *CommandDecl) { d.Creates = path } }

// Answers declares the type of what [Answering] adds to the answer, for the API's description.
func Answers[A any]() CommandOption {
	return func(d *CommandDecl) { d.AnswerType = reflect.TypeFor[A]() }
}

// Asks has the state of another aggregate put into the command before each decision, as it is in the store at that moment;
// it may have changed by the time of the append. Whom gives the aggregate's id, empty for none. Told gives the command
// with the state, in a field with `json:"-"`.
func Asks[C, T any](other *Aggregate[T], whom func(C) string, told func(C, T) C) CommandOption {
	return func(d *CommandDecl) {
		if reflect.TypeFor[C]() != d.Input {
			panic(fmt.Sprintf("es.Asks: %s takes %v, not %v", d.Name, d.Input, reflect.TypeFor[C]()))
		}
		d.Asks = append(d.Asks, Ask{
			Aggregate: other,
			StreamOf: func(cmd any) (StreamID, bool) {
				id := whom(cmd.(C))
				return NewStreamID(other.category, id), id != ""
			},
			Told: func(cmd, state any) any {
				s, _ := state.(T)
				return told(cmd.(C), s)
			},
		})
	}
}

// UsesSecret gives the command's decisions the system's secret.
func UsesSecret() CommandOption { return func(d *CommandDecl) { d.Secret = true } }

// Handles declares a command of an aggregate and the route that it is reached by.
func Handles[C Command[S], S any](a *Aggregate[S], name, route string, options ...CommandOption) *CommandDecl {
	d := &CommandDecl{
		Name: name, Route: route, Input: reflect.TypeFor[C](), Aggregate: a, Role: RoleWrite,
		StreamOf: func(cmd any) StreamID { return NewStreamID(a.category, cmd.(C).Stream()) },
		Validate: func(cmd any) error { return cmd.(C).Validate() },
		Decide: func(state, cmd any, env Env) (Decision, error) {
			s, _ := state.(S)
			events, err := cmd.(C).Decide(s, env)
			if err != nil {
				return Decision{}, err
			}
			return decision(a, events)
		},
		Answer: func(state, cmd any, env Env) (any, error) {
			if c, ok := cmd.(Answering[S]); ok {
				s, _ := state.(S)
				return c.Answer(s, env)
			}
			return nil, nil
		},
		lookup: func(cmd any) (Unique, bool) {
			if c, ok := cmd.(HeldBy[C]); ok {
				return c.Holding(), true
			}
			return Unique{}, false
		},
		at: func(cmd any, id string) any { return cmd.(HeldBy[C]).HeldBy(id) },
	}
	var zero C
	_, d.held = any(zero).(HeldBy[C])
	if c, ok := any(zero).(Hearing[C]); ok {
		d.hear = func(l Listening, h Heard) any { return c.Hear(l, h) }
	}
	for _, option := range options {
		option(d)
	}
	if err := checkTags(d.Input, route); err != nil {
		panic(fmt.Sprintf("es.Handles(%q): %v", name, err))
	}
	return d
}

// Internal declares a command that only sagas send: it has no route.
func Internal[C Command[S], S any](a *Aggregate[S], name string, options ...CommandOption) *CommandDecl {
	return Handles[C](a, name, "", append([]CommandOption{Requires(RoleSystem)}, options...)...)
}

// IsInternal reports whether the command is without a route.
func (d *CommandDecl) IsInternal() bool { return d.Route == "" }

func decision[S any](a *Aggregate[S], events []Event[S]) (Decision, error) {
	recorded, err := a.Record(events)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Events: recorded}
	for _, e := range events {
		if c, ok := e.(Claimer); ok {
			d.Claims = append(d.Claims, c.Claims()...)
		}
		if r, ok := e.(Releaser); ok {
			d.Releases = append(d.Releases, r.Releases()...)
		}
	}
	return d, nil
}

// checkTags holds the path fields of an input type against the parameters of its route.
func checkTags(input reflect.Type, route string) error {
	if input.Kind() != reflect.Struct {
		return fmt.Errorf("%v is not a struct", input)
	}
	inRoute := map[string]bool{}
	for _, p := range PathParameters(route) {
		inRoute[p] = true
	}
	for i := range input.NumField() {
		field := input.Field(i)
		if field.Type.Kind() != reflect.String && (field.Tag.Get("path") != "" || field.Tag.Get("from") != "") {
			return fmt.Errorf("%v.%s is filled from the request and must be a string", input, field.Name)
		}
		if p := field.Tag.Get("path"); p != "" && route != "" {
			if !inRoute[p] {
				return fmt.Errorf("%v.%s wants {%s}, which is not in %q", input, field.Name, p, route)
			}
			delete(inRoute, p)
		}
	}
	for p := range inRoute {
		return fmt.Errorf("no field of %v has `path:%q`", input, p)
	}
	return nil
}

// PathParameters are the names in braces of a route, in order.
func PathParameters(route string) []string {
	var names []string
	for rest := route; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return names
		}
		name, after, _ := strings.Cut(after, "}")
		names, rest = append(names, name), after
	}
}
