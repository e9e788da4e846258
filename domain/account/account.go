// Package account is who plays in the arcade: people who sign up with a name and a password.
//
// An account's id is its user name. Its stream is shared with package player, for which the same person is somebody with
// lives: each of the two knows its own events, and is not disturbed by the other's. Passwords exist only inside a request:
// events, errors and answers carry an argon2id hash of them at most.
package account

import (
	"regexp"
	"strings"
	"time"

	"github.com/foldstream/foldstream/domain/password"
	"github.com/foldstream/foldstream/es"
)

// Category is that of the streams that accounts and players share.
const Category = "account"

// Account is the state of an account; the zero value is one that does not exist.
type Account struct {
	PasswordHash string
	Failures     password.Failures
	LockedUntil  time.Time
	LastLogin    password.Attempt
}

func (a Account) exists() bool { return a.PasswordHash != "" }

// Aggregate is the fold of accounts.
var Aggregate = es.Of(
	Category,
	es.On[SignedUp]("SignedUp"),
	es.On[LoggedIn]("LoggedIn"),
	es.On[InvalidLogin]("InvalidLogin"),
	es.On[TooManyTries]("TooManyTries"),
).Partial().Private()

// The refusals of accounts.
var (
	ErrUsernameTaken = es.Conflict("UsernameTaken", "there is an account with this user name; log in, or choose another")
	ErrInvalidLogin  = es.Unauthenticated("InvalidLogin", "the user name or the password is wrong")
	ErrTooManyTries  = password.ErrTooManyTries
	ErrRepeatedLogin = password.ErrRepeatedLogin
)

// It is short enough for an id, and begins as an id must. It is held against what was typed: there are other letters
// whose lower case is one of these.
var usernames = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]{2,31}$`)

// Normalise makes all spellings of a user name the same.
func Normalise(username string) string { return strings.ToLower(username) }

// CheckUsername refuses what is no user name, however it is spelt, and names the field that it came in.
func CheckUsername(field, username string) error {
	if !usernames.MatchString(username) {
		return es.Invalid(field, "a user name has 3 to 32 letters a to z, digits and underscores, no underscore first")
	}
	return nil
}

// Subject is the subject of the tokens that an account is granted: the id of its stream. No user of package identity has
// such an id, for those are UUIDs.
func Subject(username string) string {
	return string(es.NewStreamID(Category, Normalise(username)))
}

// SignedUp says that an account came to be.
type SignedUp struct {
	PasswordHash string `json:"passwordHash" personal:"stream,erased=none"` // a PHC string, with which nobody who is forgotten logs in
}

// Evolve implements [es.Event].
func (e SignedUp) Evolve(a Account) Account {
	a.PasswordHash = e.PasswordHash
	return a
}

// LoggedIn says that somebody knew the password.
type LoggedIn struct {
	Fingerprint string `json:"fingerprint" personal:"stream"` // of the browser
	Nonce       string `json:"nonce"`
}

// Evolve implements [es.Event].
func (e LoggedIn) Evolve(a Account) Account {
	a.Failures, a.LockedUntil, a.LastLogin = nil, time.Time{}, password.Attempt{Nonce: e.Nonce, Succeeded: true}
	return a
}

// InvalidLogin says that somebody did not know the password.
type InvalidLogin struct {
	Fingerprint string    `json:"fingerprint" personal:"stream"`
	Nonce       string    `json:"nonce"`
	At          time.Time `json:"at"`
}

// Evolve implements [es.Event].
func (e InvalidLogin) Evolve(a Account) Account {
	a.Failures, a.LastLogin = a.Failures.And(e.At), password.Attempt{Nonce: e.Nonce}
	return a
}

// TooManyTries says that nobody may log in until the period is over in which there were too many invalid logins.
type TooManyTries struct {
	Until time.Time `json:"until"`
}

// Evolve implements [es.Event].
func (e TooManyTries) Evolve(a Account) Account {
	a.LockedUntil = e.Until
	return a
}
