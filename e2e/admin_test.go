package e2e

import (
	"os/exec"
	"testing"

	"github.com/foldstream/foldstream/client"
)

// newAdmin is somebody whom the operator of the system has appointed, by the command line.
func newAdmin(t *testing.T) (*client.Client, string) {
	t.Helper()
	var at []string
	switch {
	case server.stage != "":
		at = []string{"--stage", server.stage}
	case server.data != "":
		at = []string{"--data", server.data}
	default:
		leaveOut(t, "it appoints an admin: say with FOLDSTREAM_STAGE or FOLDSTREAM_DATA where")
	}
	_, issued := newcomer(t)
	args := append([]string{"appoint-admin", issued.UserID}, at...)
	if out, err := exec.CommandContext(t.Context(), build(t), args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return relogged(t, issued.UserID), issued.UserID
}

// relogged logs a newcomer in again, whose roles have changed.
func relogged(t *testing.T, id string) *client.Client {
	t.Helper()
	return reloggedAt(t, server.url, id)
}

func reloggedAt(t *testing.T, url, id string) *client.Client {
	t.Helper()
	email, _ := addresses.Load(id)
	c, _, err := (&client.Client{Base: url}).LogIn(t.Context(), email.(string), password)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAdminsMakeAdmins(t *testing.T) {
	admin, adminID := newAdmin(t)
	_, issued := newcomer(t)
	grant := func(c *client.Client, to string) error {
		_, err := c.Command(t.Context(), "POST", "/users/"+to+"/roles", map[string]string{"role": "admin"}, nil)
		return err
	}
	forbidden(t, grant(relogged(t, issued.UserID), issued.UserID))
	refused(t, grant(admin, adminID), 403, "OwnRole")
	if err := grant(admin, issued.UserID); err != nil {
		t.Fatal(err)
	}
	second := relogged(t, issued.UserID)
	command(t, second, "DELETE", "/users/"+adminID+"/roles/admin", nil, nil)
	forbidden(t, grant(relogged(t, adminID), issued.UserID))
}
