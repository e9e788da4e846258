package org

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// SignIns is the state of a user's sign-ins.
type SignIns struct{ Count int }

// SignInAggregate is the fold of sign-ins, a stream for each user. There is nothing to be decided upon the others, so that
// writers need no protection from each other.
var SignInAggregate = es.Of("signin", es.On[SignedIn]("UserSignedIn")).Plain()

// SignedIn says that a user has signed in.
type SignedIn struct {
	UserID string    `json:"userId"`
	At     time.Time `json:"at"`
}

// Evolve implements [es.Event].
func (SignedIn) Evolve(s SignIns) SignIns {
	s.Count++
	return s
}

// SignIn records that the caller has signed in, by whichever way.
type SignIn struct {
	UserID string `json:"-" from:"invoker"`
}

// DoSignIn declares [SignIn].
var DoSignIn = es.Handles[SignIn](SignInAggregate, "sign-in-user", "POST /sign-ins", es.Requires(es.RoleRead))

// Stream implements [es.Command].
func (c SignIn) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (SignIn) Validate() error { return nil }

// Decide gives [SignedIn].
func (c SignIn) Decide(_ SignIns, env es.Env) ([]es.Event[SignIns], error) {
	return []es.Event[SignIns]{SignedIn{UserID: c.UserID, At: env.Now}}, nil
}
