package account

import (
	"time"
	"unicode/utf8"

	"github.com/foldstream/foldstream/domain/password"
	"github.com/foldstream/foldstream/es"
)

const (
	maxFingerprint = 256 // characters
	tokenLife      = 24 * time.Hour
)

// What every account may do; nobody gives themselves more.
var roles = []string{es.RoleRead, es.RoleWrite}

// LogIn asks for a token.
type LogIn struct {
	Username           string `json:"-" path:"username"`
	Password           string `json:"password" secret:"true"`
	BrowserFingerprint string `json:"browserFingerprint"`
}

// DoLogIn declares [LogIn].
var DoLogIn = es.Handles[LogIn](
	Aggregate, "log-in-account", "POST /accounts/{username}/log-ins", es.Public(), es.Answers[es.Grant](),
)

// Stream implements [es.Command].
func (c LogIn) Stream() string { return Normalise(c.Username) }

// Validate implements [es.Command].
func (c LogIn) Validate() error {
	if err := CheckUsername("username", c.Username); err != nil {
		return err
	}
	if utf8.RuneCountInString(c.BrowserFingerprint) > maxFingerprint {
		return es.Invalid("browserFingerprint", "a fingerprint has at most %d characters", maxFingerprint)
	}
	return password.CheckTried(c.Password)
}

// Decide gives [LoggedIn] or [InvalidLogin], the fifth of which within 15 minutes brings [TooManyTries]. It refuses with
// [ErrInvalidLogin] whom nobody knows, and everybody with [ErrTooManyTries] until the period is over: such a try is not
// counted.
func (c LogIn) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if !a.exists() {
		password.Fits(c.Password, password.Stranger) // takes its time, so that the time tells nobody which names there are
		return nil, ErrInvalidLogin
	}
	if env.Now.Before(a.LockedUntil) {
		return nil, ErrTooManyTries
	}
	if password.Fits(c.Password, a.PasswordHash) {
		return []es.Event[Account]{LoggedIn{Fingerprint: c.BrowserFingerprint, Nonce: password.Nonce(env)}}, nil
	}
	events := []es.Event[Account]{InvalidLogin{Fingerprint: c.BrowserFingerprint, Nonce: password.Nonce(env), At: env.Now}}
	if failures := a.Failures.And(env.Now); failures.Lock(env.Now) {
		events = append(events, TooManyTries{Until: failures.Until()})
	}
	return events, nil
}

// Answer grants a token to the attempt that has just succeeded, and refuses the one that has just failed with
// [ErrInvalidLogin], and a repetition of either with [ErrRepeatedLogin].
func (c LogIn) Answer(a Account, env es.Env) (any, error) {
	if err := a.LastLogin.Answer(env, ErrInvalidLogin); err != nil {
		return nil, err
	}
	return es.Grant{Subject: Subject(c.Username), Roles: roles, TTL: tokenLife}, nil
}
