package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
)

// TestAdminReadsClosedEras has a server rebuild views and verify the store over an era that is in the archive alone.
func TestAdminReadsClosedEras(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	server := launch(t, binary, data, "127.0.0.1:0")
	admin := appointed(t, binary, data, server.url)
	ada, _ := somebody(t, server.url, "Ada")
	id := filled(t, ada, "EUR", "5")
	run := func(want string, args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), binary, append(args, "wallet-"+id, "--data", data)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v said %s, error %v", args, out, err)
		}
	}
	run("closed at version 3", "close")
	run("1 eras are archived, of 3 commits", "archive", "closed")
	for _, view := range []string{"wallets", "button-creditors"} {
		rebuilt := ended(t, admin, asks(t, admin, "POST", "/admin/views/"+view+"/rebuilds", map[string]bool{"keep": false}), engine.JobDone).Result.Rebuilt
		if rebuilt.Comparison.Rows != 1 || rebuilt.Comparison.Different != 0 || rebuilt.Events != 5 {
			t.Errorf("the rebuild of %s reports %+v", view, rebuilt)
		}
	}
	sum := ended(t, admin, asks(t, admin, "POST", "/admin/verifications", nil), engine.JobDone).Result.Verified
	if sum.Findings != 0 || sum.Archived != 0 || sum.Commits+2 != sum.Positions {
		t.Errorf("verified is %+v", sum)
	}
}
