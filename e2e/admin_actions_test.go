package e2e

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// asks has an admin ask for a job, and gives its id.
func asks(t *testing.T, admin *client.Client, method, path string, input any) string {
	t.Helper()
	var job handler.JobAnswer
	command(t, admin, method, path, input, &job)
	if job.JobID == "" {
		t.Fatalf("%s %s gave no job", method, path)
	}
	return job.JobID
}

func job(t *testing.T, admin *client.Client, id string) engine.Job {
	t.Helper()
	all := get[handler.JobsAnswer](t, admin, "/admin/jobs?limit=100").Items
	n := slices.IndexFunc(all, func(j engine.Job) bool { return j.ID == id })
	if n < 0 {
		t.Fatalf("the job %s is not listed", id)
	}
	return all[n]
}

// ended waits for a job's end, in a state.
func ended(t *testing.T, admin *client.Client, id, state string) engine.Job {
	t.Helper()
	var j engine.Job
	eventually(t, "the job "+id+" has ended", func() bool {
		j = job(t, admin, id)
		return j.Ended()
	})
	if j.State != state || j.StartedAt.Before(j.AskedAt) || j.EndedAt.Before(j.StartedAt) {
		t.Fatalf("the job is %+v, want it %s", j, state)
	}
	return j
}

// viewState is how a view stands, as admins are told.
func viewState(t *testing.T, admin *client.Client, view string) engine.ViewState {
	t.Helper()
	all := get[handler.ViewsAnswer](t, admin, "/admin/views")
	n := slices.IndexFunc(all.Items, func(s engine.ViewState) bool { return s.View == view })
	if n < 0 || all.End == 0 {
		t.Fatalf("the views are %+v", all)
	}
	return all.Items[n]
}

func TestAdminRebuildsAView(t *testing.T) {
	t.Parallel()
	admin, adminID := newAdmin(t)
	ada, adaID := newPlayer(t, "Ada")
	match := newMatch(t, ada, adaID)
	was := viewState(t, admin, "matches")

	id := asks(t, admin, "POST", "/admin/views/matches/rebuilds", map[string]bool{"keep": true})
	if n := len(get[handler.JobsAnswer](t, admin, "/admin/jobs?limit=1").Items); n != 1 {
		t.Fatalf("one job was asked for, and %d are listed", n)
	}
	eventually(t, "there is progress", func() bool {
		j := job(t, admin, id)
		return j.State == engine.JobRunning && j.Progress != nil && j.Progress.Position > 0 && j.Progress.Head >= j.Progress.Position
	})
	_, err := admin.Command(t.Context(), "DELETE", "/admin/views/matches/generations", nil, nil)
	if refusal := refused(t, err, 409, engine.ErrJobUnderWay.Code); !strings.Contains(refusal.Detail, id) {
		t.Fatalf("which job is under way is not said: %s", refusal.Detail)
	}
	j := ended(t, admin, id, engine.JobDone)
	if j.Kind != engine.JobRebuild || j.View != "matches" || j.By != adminID || !j.Keep || j.Result == nil || j.Result.Rebuilt == nil {
		t.Fatalf("the job is %+v", j)
	}
	report := j.Result.Rebuilt
	if report.Was != was.Live || report.Events == 0 || report.Comparison.Rows == 0 || report.Comparison.Different != 0 {
		t.Fatalf("it reports %+v", report)
	}
	now := viewState(t, admin, "matches")
	if now.Live != report.Generation || now.Kept != was.Live || now.Next != 0 || now.Global {
		t.Fatalf("the view stands at %+v, it was at %+v", now, was)
	}
	if m := get[matchView](t, ada, "/matches/"+match); m.Status != "not-started" {
		t.Fatalf("the row is %+v", m)
	}

	ended(t, admin, asks(t, admin, "POST", "/admin/views/matches/return", nil), engine.JobDone)
	if s := viewState(t, admin, "matches"); s.Live != was.Live || s.Kept != now.Live {
		t.Fatalf("behind the return the view stands at %+v", s)
	}
	ended(t, admin, asks(t, admin, "DELETE", "/admin/views/matches/generations", nil), engine.JobDone)
	if s := viewState(t, admin, "matches"); s.Live != was.Live || s.Kept != 0 || len(s.Gone) != 0 {
		t.Fatalf("behind the drop the view stands at %+v", s)
	}
	_, err = admin.Command(t.Context(), "POST", "/admin/views/matches/return", nil, nil)
	refused(t, err, 409, engine.ErrReturnToNothing.Code)
	eventually(t, "nothing waits for the view any more", func() bool { return viewState(t, admin, "matches").Backlog.Waiting == 0 })
	if s := viewState(t, admin, "button-creditors"); !s.Global {
		t.Fatalf("a view of many streams stands at %+v", s)
	}
}

func TestAdminActionsAreForAdmins(t *testing.T) {
	admin, _ := newAdmin(t)
	ada, _ := newPlayer(t, "Ada")
	for _, route := range slices.Concat(handler.AdminActions, []handler.SystemRoute{handler.ListViews, handler.ListJobs, handler.ListParked}) {
		method, path := at(route.Route, "matches")
		body := map[string]string{}
		if route == handler.SkipParked || route == handler.ForgetPerson {
			body["reason"] = "none of your business"
		}
		if route.IsRead() {
			body = nil
		}
		_, err := ada.Do(t.Context(), method, path, body)
		forbidden(t, err)
		if status, p := raw(t, nil, method, path, "", nil); status != 401 {
			t.Errorf("%s without a token gave %d %s", route.Name, status, p.Code)
		}
		if route.IsRead() {
			isBad(t, admin, method, path+"?colour=red", "")
			isBad(t, admin, method, path, `{}`)
			continue
		}
		for _, body := range []string{`{`, `[]`, `{"nope":1}`, `{"keep":"yes"}`} {
			isBad(t, admin, method, path, body)
		}
		if route == handler.ForgetPerson || route == handler.VerifyStore {
			continue // there is nothing that could be missing, or it takes a job to know
		}
		_, missing := at(route.Route, "nothing-of-the-kind")
		_, err = admin.Do(t.Context(), method, missing, body)
		refused(t, err, 404, "NotFound")
	}
	for _, reason := range []string{"", "  ", strings.Repeat("é", handler.MaxReason+1)} {
		for _, path := range []string{"/admin/parked/matches/match-m1/skip", "/admin/people/nobody/forgetting"} {
			_, err := admin.Do(t.Context(), "POST", path, map[string]string{"reason": reason})
			if refusal := refused(t, err, 400, "InvalidInput"); refusal.Field != "reason" {
				t.Errorf("the reason %.20q: the field is %q", reason, refusal.Field)
			}
		}
	}
	isBad(t, admin, "GET", "/admin/jobs?limit=101", "")
}

// appointed is somebody of a server whom the command line makes an admin.
func appointed(t *testing.T, binary, data, url string) *client.Client {
	t.Helper()
	_, id := somebody(t, url, "Root")
	if out, err := exec.CommandContext(t.Context(), binary, "appoint-admin", id, "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return reloggedAt(t, url, id)
}

// TestAdminRepairsAView retries and skips what is parked, by HTTP.
func TestAdminRepairsAView(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	server := launch(t, binary, data, "127.0.0.1:0")
	admin := appointed(t, binary, data, server.url)
	ada, adaID := somebody(t, server.url, "Ada")
	match := newMatch(t, ada, adaID)
	stream := es.StreamID("match-" + match)
	parked := func() []engine.Parked { return get[handler.ParkedAnswer](t, admin, "/admin/parked").Items }
	if n := len(parked()); n != 0 {
		t.Fatalf("%d streams are parked", n)
	}
	poison(t, data, stream)
	eventually(t, "the stream is parked for the view", func() bool {
		return slices.ContainsFunc(parked(), func(p engine.Parked) bool { return p.Consumer == "matches" && p.Stream == stream })
	})
	at := "/admin/parked/matches/" + string(stream)

	j := ended(t, admin, asks(t, admin, "POST", at+"/retry", nil), engine.JobFailed)
	if j.Kind != engine.JobRetry || j.Version != 3 || !strings.Contains(j.Error, "is parked again, at version 3") || j.Result.Parked.Version != 3 {
		t.Fatalf("the retry is %+v", j)
	}
	const reason = "a program that was too old wrote it: ticket 17"
	j = ended(t, admin, asks(t, admin, "POST", at+"/skip", map[string]string{"reason": reason}), engine.JobDone)
	if j.Kind != engine.JobSkip || j.Consumer != "matches" || j.Stream != stream || j.Version != 3 || j.Reason != reason || j.By == "" {
		t.Fatalf("the skip is %+v", j)
	}
	if slices.ContainsFunc(parked(), func(p engine.Parked) bool { return p.Consumer == "matches" }) {
		t.Fatalf("behind the skip there are parked %+v", parked())
	}
	get[matchView](t, ada, "/matches/"+match+"?min-version=3")
	_, err := admin.Command(t.Context(), "POST", at+"/skip", map[string]string{"reason": reason}, nil)
	refused(t, err, 404, "NotFound")
}

// TestAJobOutlivesItsServer kills the server while it rebuilds a view: the next one goes on.
func TestAJobOutlivesItsServer(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data, address := build(t), t.TempDir(), freeAddress(t)
	server := launch(t, binary, data, address)
	admin := appointed(t, binary, data, server.url)
	ada, adaID := somebody(t, server.url, "Ada")
	match := newMatch(t, ada, adaID)
	damage(t, data, "matches", match, func(r *engine.Row) {
		r.Doc = []byte(strings.Replace(string(r.Doc), "not-started", "finished", 1))
	})
	id := asks(t, admin, "POST", "/admin/views/matches/rebuilds", map[string]bool{"keep": true})
	for _, phase := range []struct {
		what string
		is   func(engine.Job) bool
	}{
		{"it fills", func(j engine.Job) bool { return j.Progress != nil && j.Runs == 1 }},
		{"it has compared", func(j engine.Job) bool { return j.Result != nil && j.Runs == 2 }},
	} {
		eventually(t, phase.what, func() bool {
			j := job(t, admin, id)
			return j.Ended() || phase.is(j)
		})
		server.kill(t)
		server = launch(t, binary, data, address)
	}
	j := ended(t, admin, id, engine.JobDone)
	if j.Runs != 3 || j.Result.Rebuilt.Comparison.Different != 1 {
		t.Fatalf("the job is %+v with %+v", j, j.Result.Rebuilt)
	}
	if s := viewState(t, admin, "matches"); s.Live != 2 || s.Kept != 1 || s.Last != 2 {
		t.Fatalf("the view stands at %+v: the rebuild was begun again", s)
	}
	if m := get[matchView](t, ada, "/matches/"+match); m.Status != "not-started" {
		t.Fatalf("the row is not mended: %+v", m)
	}
}
