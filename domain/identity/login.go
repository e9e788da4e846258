package identity

import (
	"time"

	"github.com/foldstream/foldstream/domain/password"
	"github.com/foldstream/foldstream/es"
)

const tokenLife = 24 * time.Hour

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
	return password.CheckTried(c.Password)
}

// Decide gives [LoggedIn] or [LoginFailed], or refuses with [ErrInvalidLogin] whom nobody knows, and with
// [ErrTooManyTries] whoever failed 5 times in the last 15 minutes.
func (c LogIn) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if !a.exists() {
		password.Fits(c.Password, password.Stranger) // takes its time, so that the time tells nobody which addresses there are
		return nil, ErrInvalidLogin
	}
	if a.Failures.Lock(env.Now) {
		return nil, ErrTooManyTries
	}
	if !password.Fits(c.Password, a.PasswordHash) {
		return []es.Event[Account]{LoginFailed{Nonce: password.Nonce(env), At: env.Now}}, nil
	}
	return []es.Event[Account]{LoggedIn{Nonce: password.Nonce(env)}}, nil
}

// Answer grants a token to the attempt that has just succeeded, and refuses the one that has just failed with
// [ErrInvalidLogin], and a repetition of either with [ErrRepeatedLogin].
func (c LogIn) Answer(a Account, env es.Env) (any, error) {
	if err := a.LastLogin.Answer(env, ErrInvalidLogin); err != nil {
		return nil, err
	}
	return es.Grant{Subject: c.AccountID, Roles: a.Roles, TTL: tokenLife}, nil
}
