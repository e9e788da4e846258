package account

import (
	"github.com/foldstream/foldstream/domain/password"
	"github.com/foldstream/foldstream/es"
)

// SignUp makes an account.
type SignUp struct {
	Username string `json:"username"`
	Password string `json:"password" secret:"true"`
}

// DoSignUp declares [SignUp].
var DoSignUp = es.Handles[SignUp](Aggregate, "sign-up", "POST /accounts", es.Public(), es.Creates("/players/{id}"))

// Stream implements [es.Command].
func (c SignUp) Stream() string { return Normalise(c.Username) }

// Validate implements [es.Command].
func (c SignUp) Validate() error {
	if err := CheckUsername("username", c.Username); err != nil {
		return err
	}
	return password.CheckNew(c.Password)
}

// Decide gives [SignedUp], or [ErrUsernameTaken].
func (c SignUp) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if a.exists() {
		return nil, ErrUsernameTaken
	}
	return []es.Event[Account]{SignedUp{PasswordHash: password.Hash(c.Password, env)}}, nil
}
