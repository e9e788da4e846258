package topology_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/topology"
)

// TestSignInElsewhere takes away all that people sign in by, and nothing else.
func TestSignInElsewhere(t *testing.T) {
	deployed := map[string]topology.Function{}
	for _, f := range topology.Functions(domain.App.WithoutSignIn()) {
		deployed[f.Name] = f
		if slices.Contains(f.Grants, topology.SignTokens) || slices.Contains(f.Grants, topology.ReadKey) {
			t.Errorf("%s needs a key of ours", f.Name)
		}
	}
	var gone []string
	for _, f := range topology.Functions(domain.App) {
		if _, there := deployed[f.Name]; !there {
			gone = append(gone, f.Name)
		}
	}
	want := []string{
		"command-register", "command-log-in", "command-grant-role", "command-revoke-role", "command-request-otp", "command-verify-otp",
		"command-sign-up", "command-log-in-account", "query-get-keys", "query-get-openid-configuration",
	}
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Errorf("gone are (-want +got):\n%s", diff)
	}
	if !slices.Contains(deployed["websocket-connect"].Grants, topology.KnowIssuer) {
		t.Error("the WebSocket does not know whose tokens it takes")
	}
	if len(domain.App.Command("appoint-admin").Route) > 0 || domain.App.WithoutSignIn().Command("appoint-admin") == nil {
		t.Error("what is no route of people is gone")
	}
	if !domain.App.SignsIn() || domain.App.WithoutSignIn().SignsIn() || domain.App.Command("log-in") == nil {
		t.Error("the app itself has changed")
	}
}

// TestRoles makes sure that whoever checks a role is told where a token has it.
func TestRoles(t *testing.T) {
	for _, f := range topology.Functions(domain.App) {
		want := f.Role != "" || f.Socket == "$connect"
		if slices.Contains(f.Grants, topology.KnowRoles) != want {
			t.Errorf("%s is told of the roles' claim: %v", f.Name, !want)
		}
	}
}
