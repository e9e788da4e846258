package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/foldstream/foldstream/es"
)

const (
	maxFailures   = 5
	failurePeriod = 15 * time.Minute
	tokenLife     = 24 * time.Hour
)

// LogIn asks for a token. It addresses the account that holds the e-mail address.
type LogIn struct {
	AccountID string `json:"-"`
	Email     string `json:"email"`
	Password  string `json:"password" secret:"true"`
}

// DoLogIn declares [LogIn].
var DoLogIn = es.Handles[LogIn](Aggregate, "log-in", "POST /login", es.Public(), es.Answers[es.Grant]())

// Stream implements [es.Command].
func (c LogIn) Stream() string { return c.AccountID }

// Holding implements [es.HeldBy].
func (c LogIn) Holding() es.Unique { return heldEmail(normalise(c.Email)) }

// HeldBy implements [es.HeldBy].
func (c LogIn) HeldBy(id string) LogIn {
	c.AccountID = id
	return c
}

// Validate implements [es.Command].
func (c LogIn) Validate() error {
	if err := checkEmail(c.Email); err != nil {
		return err
	}
	if c.Password == "" || utf8.RuneCountInString(c.Password) > maxPassword {
		return es.Invalid("password", "a password has 1 to %d characters", maxPassword)
	}
	return nil
}

// Decide gives [LoggedIn] or [LoginFailed], or refuses with [ErrInvalidLogin] whom nobody knows, and with
// [ErrTooManyTries] whoever failed 5 times in the last 15 minutes.
func (c LogIn) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if !a.exists() {
		fits(c.Password, strangerHash) // takes its time, so that the time tells nobody which addresses there are
		return nil, ErrInvalidLogin
	}
	if a.isLocked(env.Now) {
		return nil, ErrTooManyTries
	}
	if !fits(c.Password, a.PasswordHash) {
		return []es.Event[Account]{LoginFailed{Nonce: nonce(env), At: env.Now}}, nil
	}
	return []es.Event[Account]{LoggedIn{Nonce: nonce(env)}}, nil
}

func (a Account) isLocked(now time.Time) bool {
	recent := 0
	for _, at := range a.Failures {
		if now.Sub(at) < failurePeriod {
			recent++
		}
	}
	return recent >= maxFailures
}

// Answer grants a token to the attempt that has just succeeded, and refuses the one that has just failed with
// [ErrInvalidLogin]. A repetition of either is refused with [ErrRepeatedLogin]: it was not decided on, so that its
// password has not been looked at.
func (c LogIn) Answer(a Account, env es.Env) (any, error) {
	switch {
	case a.LastLogin.Nonce != nonce(env):
		return nil, ErrRepeatedLogin
	case !a.LastLogin.Succeeded:
		return nil, ErrInvalidLogin
	}
	return es.Grant{Subject: c.AccountID, Roles: a.Roles, TTL: tokenLife}, nil
}

// nonce names an attempt by its entropy, which is drawn afresh for each execution of a command, even of a repeated one.
func nonce(env es.Env) string {
	hash := sha256.Sum256(env.Entropy[:])
	return hex.EncodeToString(hash[:16])
}
