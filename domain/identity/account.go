// Package identity is who may sign in, how, and with which roles.
//
// An account's id is the subject of the tokens that it is granted. Passwords exist only inside a request: events, errors
// and answers carry an argon2id hash of them at most.
package identity

import (
	"slices"
	"time"

	"github.com/foldstream/foldstream/domain/password"
	"github.com/foldstream/foldstream/es"
)

// Account is the state of an account; the zero value is one that does not exist.
type Account struct {
	Email        string
	PasswordHash string
	Roles        []string // sorted
	Failures     password.Failures
	LastLogin    password.Attempt
}

func (a Account) exists() bool { return a.Email != "" }

// Aggregate is the fold of accounts.
var Aggregate = es.Of(
	"identity",
	es.On[Registered]("Registered"),
	es.On[LoggedIn]("LoggedIn"),
	es.On[LoginFailed]("LoginFailed"),
	es.On[RoleGranted]("RoleGranted"),
	es.On[RoleRevoked]("RoleRevoked"),
).Private()

// Addresses finds the e-mail address of an account.
var Addresses = es.AddressesFrom(Aggregate, func(a Account) string { return a.Email })

// Context lists the declarations of this package.
var Context = es.Context{
	Name:       "identity",
	Aggregates: []es.Folder{Aggregate},
	Commands:   []*es.CommandDecl{DoRegister, DoLogIn, DoGrantRole, DoRevokeRole, DoAppointAdmin},
}

// The refusals of accounts.
var (
	ErrEmailTaken    = es.Conflict("EmailTaken", "there is an account with this e-mail address; log in instead")
	ErrAccountExists = es.Conflict("AccountAlreadyExists", "this account has been registered before")
	ErrNoSuchAccount = es.NotFound("NoSuchAccount", "there is no such account")
	ErrInvalidLogin  = es.Unauthenticated("InvalidLogin", "the e-mail address or the password is wrong")
	ErrTooManyTries  = password.ErrTooManyTries
	ErrRepeatedLogin = password.ErrRepeatedLogin
	ErrOwnRole       = es.Forbidden("OwnRole", "nobody changes their own roles; ask another admin")
)

// Registered says that an account came to be. It takes the e-mail address for the account.
type Registered struct {
	Email        string   `json:"email" personal:"id"`        // normalised
	PasswordHash string   `json:"passwordHash" personal:"id"` // a PHC string
	Roles        []string `json:"roles"`                      // sorted
}

// Evolve implements [es.Event].
func (e Registered) Evolve(a Account) Account {
	a.Email, a.PasswordHash, a.Roles = e.Email, e.PasswordHash, e.Roles
	return a
}

// Claims implements [es.Claimer].
func (e Registered) Claims() []es.Claim {
	return []es.Claim{{Unique: heldEmail(e.Email), Taken: ErrEmailTaken}}
}

func heldEmail(normalised string) es.Unique { return es.Unique{Kind: "email", Value: normalised} }

// LoggedIn says that somebody knew the password.
type LoggedIn struct {
	Nonce string `json:"nonce"`
}

// Evolve implements [es.Event].
func (e LoggedIn) Evolve(a Account) Account {
	a.Failures, a.LastLogin = nil, password.Attempt{Nonce: e.Nonce, Succeeded: true}
	return a
}

// LoginFailed says that somebody did not know the password.
type LoginFailed struct {
	Nonce string    `json:"nonce"`
	At    time.Time `json:"at"`
}

// Evolve implements [es.Event].
func (e LoginFailed) Evolve(a Account) Account {
	a.Failures, a.LastLogin = a.Failures.And(e.At), password.Attempt{Nonce: e.Nonce}
	return a
}

// RoleGranted says that an account has a role more.
type RoleGranted struct {
	Role string `json:"role"`
}

// Evolve implements [es.Event].
func (e RoleGranted) Evolve(a Account) Account {
	a.Roles = append(slices.Clone(a.Roles), e.Role)
	slices.Sort(a.Roles)
	return a
}

// RoleRevoked says that an account has a role less.
type RoleRevoked struct {
	Role string `json:"role"`
}

// Evolve implements [es.Event].
func (e RoleRevoked) Evolve(a Account) Account {
	a.Roles = slices.DeleteFunc(slices.Clone(a.Roles), func(r string) bool { return r == e.Role })
	return a
}
