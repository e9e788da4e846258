package identity

import (
	"github.com/foldstream/foldstream/domain/password"
	"github.com/foldstream/foldstream/es"
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
	return password.CheckNew(c.Password)
}

// Decide gives [Registered], or [ErrAccountExists]; [ErrEmailTaken] is what the event's claim is refused with.
func (c Register) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if a.exists() {
		return nil, ErrAccountExists
	}
	return []es.Event[Account]{Registered{
		Email:        normalise(c.Email),
		PasswordHash: password.Hash(c.Password, env),
		Roles:        []string{es.RoleRead, es.RoleWrite},
	}}, nil
}
