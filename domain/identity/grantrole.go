package identity

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// The roles that can be granted; system is for sagas alone.
var grantable = []string{es.RoleRead, es.RoleWrite, es.RoleFollow, es.RoleAdmin}

func checkRole(role string) error {
	if !slices.Contains(grantable, role) {
		return es.Invalid("role", "a role is read, write, follow or admin")
	}
	return nil
}

// GrantRole gives an account a role. Its tokens have it from the next login on.
type GrantRole struct {
	UserID string `json:"-" path:"userId"`
	Role   string `json:"role" jsonschema:"enum=read,enum=write,enum=follow,enum=admin"`
}

// DoGrantRole declares [GrantRole].
var DoGrantRole = es.Handles[GrantRole](Aggregate, "grant-role", "POST /users/{userId}/roles", es.Requires(es.RoleAdmin))

// Stream implements [es.Command].
func (c GrantRole) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c GrantRole) Validate() error { return checkRole(c.Role) }

// Decide gives [RoleGranted], nothing when the account has the role, or [ErrOwnRole], [ErrNoSuchAccount].
func (c GrantRole) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	if c.UserID == env.Invoker.User {
		return nil, ErrOwnRole
	}
	return a.grant(c.Role)
}

func (a Account) grant(role string) ([]es.Event[Account], error) {
	switch {
	case !a.exists():
		return nil, ErrNoSuchAccount
	case slices.Contains(a.Roles, role):
		return nil, nil
	}
	return []es.Event[Account]{RoleGranted{Role: role}}, nil
}
