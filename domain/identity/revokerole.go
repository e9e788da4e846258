package identity

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// RevokeRole takes a role from an account. Tokens that it has been granted keep it for the rest of their day.
type RevokeRole struct {
	UserID string `json:"-" path:"userId"`
	Role   string `json:"-" path:"role"`
}

// DoRevokeRole declares [RevokeRole].
var DoRevokeRole = es.Handles[RevokeRole](Aggregate, "revoke-role", "DELETE /users/{userId}/roles/{role}", es.Requires(es.RoleAdmin))

// Stream implements [es.Command].
func (c RevokeRole) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c RevokeRole) Validate() error { return checkRole(c.Role) }

// Decide gives [RoleRevoked], nothing when the account lacks the role, or [ErrOwnRole], [ErrNoSuchAccount]. That admins
// can't step down by themselves means that there is always one.
func (c RevokeRole) Decide(a Account, env es.Env) ([]es.Event[Account], error) {
	switch {
	case c.UserID == env.Invoker.User:
		return nil, ErrOwnRole
	case !a.exists():
		return nil, ErrNoSuchAccount
	case !slices.Contains(a.Roles, c.Role):
		return nil, nil
	}
	return []es.Event[Account]{RoleRevoked{Role: c.Role}}, nil
}
