package identity

import (
	"unicode/utf8"

	"github.com/foldstream/foldstream/es"
)

const (
	minPassword = 8   // characters
	maxPassword = 128 // characters
)

// Register makes an account.
type Register struct {
	AccountID string `json:"-" from:"id"`
	Email     string `json:"email"`
	Password  string `json:"password" secret:"true"`
}

// DoRegister declares [Register].
var DoRegister = es.Handles[Register](Aggregate, "register", "POST /register", es.Public(), es.Creates("/users/{id}"))

// Stream implements [es.Command].
func (c Register) Stream() string { return c.AccountID }

// Validate implements [es.Command].
func (c Register) Validate() error {
	if err := checkEmail(c.Email); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(c.Password); n < minPassword || n > maxPassword {
		return es.Invalid("password", "a password has %d to %d characters", minPassword, maxPassword)
	}
	return nil
}

// Decide gives [Registered], or [ErrAccountExists]; [ErrEmailTaken] is what the event's claim is refused with.
func (c Register) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if a.exists() {
		return nil, ErrAccountExists
	}
	return []es.Event[Account]{Registered{
		Email:        normalise(c.Email),
		PasswordHash: hash(c.Password, env.Entropy[:saltBytes]),
		Roles:        []string{es.RoleRead, es.RoleWrite},
	}}, nil
}
