package identity_test

import (
	"testing"

	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var root = estest.By("root", es.RoleAdmin)

func TestGrantRole(t *testing.T) {
	grant := identity.GrantRole{UserID: "a1", Role: es.RoleAdmin}
	t.Run("OK", func(t *testing.T) {
		want := registered.Evolve(identity.Account{})
		want.Roles = []string{es.RoleAdmin, es.RoleRead, es.RoleWrite}
		given().When(grant, root).Then(t, identity.RoleGranted{Role: es.RoleAdmin}).AndState(t, want)
	})
	t.Run("has it already", func(t *testing.T) {
		given(identity.RoleGranted{Role: es.RoleAdmin}).When(grant, root).ThenNothing(t)
	})
	t.Run("mend: nobody gives themselves a role", func(t *testing.T) {
		given().When(grant, estest.By("a1", es.RoleAdmin)).ThenRejected(t, identity.ErrOwnRole)
	})
	t.Run("system is not to be had", func(t *testing.T) {
		given().When(identity.GrantRole{UserID: "a1", Role: es.RoleSystem}, root).ThenRejected(t, es.Invalid("role", ""))
		given().When(identity.GrantRole{UserID: "a1"}, root).ThenRejected(t, es.Invalid("role", ""))
	})
	t.Run("no such account", func(t *testing.T) {
		nobody.When(grant, root).ThenRejected(t, identity.ErrNoSuchAccount)
	})
	t.Run("takes an admin", func(t *testing.T) {
		if identity.DoGrantRole.Role != es.RoleAdmin || identity.DoRevokeRole.Role != es.RoleAdmin {
			t.Error("somebody else may do it")
		}
	})
}

func TestRevokeRole(t *testing.T) {
	revoke := identity.RevokeRole{UserID: "a1", Role: es.RoleWrite}
	t.Run("OK", func(t *testing.T) {
		want := registered.Evolve(identity.Account{})
		want.Roles = []string{es.RoleRead}
		given().When(revoke, root).Then(t, identity.RoleRevoked{Role: es.RoleWrite}).AndState(t, want)
	})
	t.Run("does not have it", func(t *testing.T) {
		given(identity.RoleRevoked{Role: es.RoleWrite}).When(revoke, root).ThenNothing(t)
	})
	t.Run("the last admin stays one", func(t *testing.T) {
		given().When(identity.RevokeRole{UserID: "a1", Role: es.RoleAdmin}, estest.By("a1", es.RoleAdmin)).ThenRejected(t, identity.ErrOwnRole)
	})
	t.Run("no such role", func(t *testing.T) {
		given().When(identity.RevokeRole{UserID: "a1", Role: "king"}, root).ThenRejected(t, es.Invalid("role", ""))
	})
	t.Run("no such account", func(t *testing.T) {
		nobody.When(revoke, root).ThenRejected(t, identity.ErrNoSuchAccount)
	})
}

func TestAppointAdmin(t *testing.T) {
	appoint := identity.AppointAdmin{UserID: "a1"}
	t.Run("OK", func(t *testing.T) {
		given().When(appoint).Then(t, identity.RoleGranted{Role: es.RoleAdmin})
	})
	t.Run("is one already", func(t *testing.T) {
		given(identity.RoleGranted{Role: es.RoleAdmin}).When(appoint).ThenNothing(t)
	})
	t.Run("nobody", func(t *testing.T) {
		given().When(identity.AppointAdmin{}).ThenRejected(t, es.Invalid("userId", ""))
	})
	t.Run("no such account", func(t *testing.T) {
		nobody.When(appoint).ThenRejected(t, identity.ErrNoSuchAccount)
	})
	t.Run("not over HTTP", func(t *testing.T) {
		if !identity.DoAppointAdmin.IsInternal() || identity.DoAppointAdmin.Role != es.RoleSystem {
			t.Error("it has a route")
		}
	})
}
