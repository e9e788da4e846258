package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/topology"
)

// guard stands between a Lambda and AWS, in the place of IAM: it reports what the function does that its role in the stacks
// does not allow.
type guard struct {
	t     *testing.T
	f     topology.Function
	allow []string          // as "service:Action resource"
	place map[string]string // what the policies call a resource, by how calls name it
	aws   http.Handler

	mu   sync.Mutex
	done map[string]bool
}

// policies says what each function may do, by its name. The stacks' tests write the file from the templates.
func policies(t *testing.T) (may map[string][]string) {
	t.Helper()
	text, err := os.ReadFile("../../infra/testdata/policies.json")
	if err == nil {
		err = json.Unmarshal(text, &may)
	}
	if err != nil {
		t.Fatal(err)
	}
	return may
}

// guarded gives the endpoint that a function is to use for AWS.
func (a deployment) guarded(f topology.Function, endpoint string) string {
	a.t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		a.t.Fatal(err)
	}
	g := &guard{t: a.t, f: f, allow: policies(a.t)[f.Name], place: a.places(), aws: httputil.NewSingleHostReverseProxy(to), done: map[string]bool{}}
	server := httptest.NewServer(g)
	a.t.Cleanup(server.Close)
	a.guards.add(g)
	return server.URL
}

// places says what the policies call the deployment's resources.
func (a deployment) places() map[string]string {
	names := map[string]string{
		a.told[setting.Topic]: "commits.fifo", a.told[setting.InboxQueue]: "inbox.fifo", a.told[setting.UpkeepQueue]: "upkeep.fifo", a.told[setting.TimersQueue]: "timers",
		a.told[setting.SigningKey]: "signingkey", a.told[setting.SubjectKey]: "subjectkey", a.told[setting.Secret]: "secret",
		a.told[setting.ScheduleGroup]: "arn:Partition:scheduler:Region:AccountId:schedule/timers/*",
		a.told[setting.ScheduleRole]:  `the schedules' role if {"StringEquals":{"iam:PassedToService":"scheduler.amazonaws.com"}}`,
		a.told[setting.MailFrom]:      "arn:Partition:ses:Region:AccountId:identity/example.com",
	}
	for _, folder := range []string{"/commits/*", "/manifests/*", "/closed/*", "/closed-manifests/*"} {
		names[a.told[setting.ArchiveBucket]+folder] = "archivefilesF8CD4B6A.Arn" + folder
	}
	for _, view := range domain.App.Views() {
		names[queueOf(view)+".fifo"] = "arn:Partition:sqs:Region:AccountId:" + view.Name + ".fifo"
	}
	prefix := strings.TrimSuffix(a.names.Events, "events")
	for _, table := range a.names.Tables() {
		names[table.Name] = strings.TrimPrefix(table.Name, prefix)
	}
	return names
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Errorf("%s: %v", g.f.Name, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	accesses, err := accessesOf(r, body)
	if err != nil {
		g.t.Errorf("%s: %v", g.f.Name, err)
	}
	for _, c := range accesses {
		g.check(c)
	}
	switch { // no emulator has these
	case strings.HasPrefix(r.URL.Path, pushed):
	case strings.HasPrefix(r.URL.Path, searched):
		_, _ = io.WriteString(w, `{"hits":{"hits":[{"_id":"nobody"}]}}`)
	default:
		g.aws.ServeHTTP(w, r)
	}
}

func (g *guard) check(c access) {
	on, known := g.place[c.resource]
	if !known { // the URL of a queue that was found by its name has whatever host it was asked for
		on, known = g.place[path.Base(c.resource)]
	}
	if !known {
		on = c.resource
	}
	call := c.action + " " + on
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.Contains(g.allow, call) && !g.done[call] {
		g.t.Errorf("%s does %s, which AWS would refuse. Its role allows\n%s", g.f.Name, call, strings.Join(g.allow, "\n"))
	}
	g.done[call] = true
}

// guards are those of a whole deployment.
type guards struct {
	mu  sync.Mutex
	all []*guard
}

func (g *guards) add(one *guard) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, one)
}

// did reports whether a function has done some action.
func (g *guards) did(function, action string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.all, func(one *guard) bool {
		return one.f.Name == function && slices.ContainsFunc(one.calls(), func(call string) bool { return strings.HasPrefix(call, action+" ") })
	})
}

// calls are all that the function has done.
func (g *guard) calls() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Keys(g.done))
}
