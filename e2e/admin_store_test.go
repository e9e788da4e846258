package e2e

import (
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
)

type userView struct {
	Name string `json:"name"`
}

// TestAdminForgetsSomebody has somebody forgotten, and kills the server while it waits until no process can know the key:
// the next one goes on.
func TestAdminForgetsSomebody(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data, address := build(t), t.TempDir(), freeAddress(t)
	server := launch(t, binary, data, address)
	admin := appointed(t, binary, data, server.url)
	ada, adaID := somebody(t, server.url, "Ada")
	_, benID := somebody(t, server.url, "Ben")
	shown := func(id string) string { return get[userView](t, ada, "/users/"+id).Name }
	eventually(t, "both are shown", func() bool { return shown(adaID) == "Ada" && shown(benID) == "Ben" })

	const reason = "asked by letter"
	at := "/admin/people/" + adaID + "/forgetting"
	id := asks(t, admin, "POST", at, map[string]string{"reason": " " + reason + " "})
	eventually(t, "her name is erased", func() bool { return shown(adaID) == "erased" })
	waits := func(run int) func() bool {
		return func() bool {
			j := job(t, admin, id)
			return j.Runs == run && j.Working != nil && strings.HasPrefix(j.Working.Doing, "wait")
		}
	}
	eventually(t, "it waits until no process can know the key", waits(1))
	_, err := admin.Command(t.Context(), "POST", at, map[string]string{"reason": reason}, nil)
	refused(t, err, 409, engine.ErrJobUnderWay.Code)
	server.kill(t)
	launch(t, binary, data, address)
	eventually(t, "the next server goes on", waits(2))
	j := job(t, admin, id)
	if r := j.Result.Forgotten; j.Kind != engine.JobForget || j.Subject != adaID || j.Reason != reason || j.By == "" || j.By != r.By || r.Found.Texts != 3 || r.Values != 1 || len(r.Rows) != 1 {
		t.Fatalf("the job is %+v with %+v", j, r)
	}
	if shown(adaID) != "erased" || shown(benID) != "Ben" {
		t.Fatalf("shown are %s and %s", shown(adaID), shown(benID))
	}
	failed := ended(t, admin, asks(t, admin, "POST", "/admin/people/nobody/forgetting", map[string]string{"reason": reason}), engine.JobFailed)
	if !strings.Contains(failed.Error, "nothing is changed") {
		t.Fatalf("the job is %+v", failed)
	}
}

// TestAdminVerifiesTheStore finds nothing wrong, and then the row that was damaged.
func TestAdminVerifiesTheStore(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	server := launch(t, binary, data, "127.0.0.1:0")
	admin := appointed(t, binary, data, server.url)
	ada, adaID := somebody(t, server.url, "Ada")
	match := newMatch(t, ada, adaID)
	sum := ended(t, admin, asks(t, admin, "POST", "/admin/verifications", map[string]string{}), engine.JobDone).Result.Verified
	if sum.Findings != 0 || sum.Commits == 0 || sum.Rows < 3 || sum.Unique != 2 {
		t.Fatalf("it looked at %+v", sum)
	}
	damage(t, data, "matches", match, func(r *engine.Row) {
		r.Doc = []byte(strings.Replace(string(r.Doc), "not-started", "finished", 1))
	})
	j := ended(t, admin, asks(t, admin, "POST", "/admin/verifications", nil), engine.JobFailed)
	if f := j.Result.Findings; len(f) != 1 || f[0].Check != engine.CheckView || f[0].Where != "matches "+match || !strings.HasSuffix(j.Error, "findings: 1") {
		t.Fatalf("the job is %+v with %+v", j, f)
	}
}
