package wire

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/topology"
)

// queueOf is the name of a view's queue in the stage that functions are told.
func queueOf(view *es.ViewDecl) string { return topology.Stage("dev").Name(view.Name) }

// ofJobs has admins look at views, at what is parked and at jobs, and has jobs of each kind of route be carried out.
func ofJobs(t *testing.T) *guards {
	a := provision(t, "query/list-views", "query/list-parked", "query/list-jobs", "command/rebuild-view", "command/return-view",
		"command/drop-generations", "command/skip-parked", "command/retry-parked", "command/forget-person", "command/verify-store", "eventhandler/upkeep", "projector/users", "relay")
	for _, view := range domain.App.Views() {
		if _, err := messaging.CreateInbox(t.Context(), sqs.NewFromConfig(a.cfg), queueOf(view)); err != nil {
			t.Fatal(err)
		}
	}
	a.trigger(map[string]*lambda{"users": a.deploy("projector/users"), engine.UpkeepName: a.deploy("eventhandler/upkeep")})
	do, client := a.doing(a.commands()), dynamodb.NewFromConfig(a.cfg)
	do(user.DoCreate, user.Create{UserID: "ann", Name: "Ann"})
	views := &dynamo.Views{Client: client, Table: a.names.Views}
	eventually(t, "the view shows the user", func() bool {
		row, err := views.Row(t.Context(), "users", "ann")
		return err == nil && row.Version == 1
	})

	rebuilt := a.job("command/rebuild-view", `{"keep":true}`, map[string]string{"view": "users"})
	if r := rebuilt.Result.Rebuilt; r.Generation != 2 || r.Comparison.Rows != 1 || r.Comparison.Different != 0 {
		t.Fatalf("the rebuild reports %+v", r)
	}
	if s := a.job("command/return-view", ``, map[string]string{"view": "users"}).Result.Standing; s.Live != 1 || s.Kept != 2 {
		t.Fatalf("behind the return the view stands at %+v", s)
	}
	if s := a.job("command/drop-generations", ``, map[string]string{"view": "users"}).Result.Standing; s.Live != 1 || s.Kept != 0 || len(s.Gone) != 0 {
		t.Fatalf("behind the drop the view stands at %+v", s)
	}
	if row, err := views.Row(t.Context(), engine.GenerationName("users", 2), "ann"); err != nil || row.Version != 0 {
		t.Fatalf("a row of a generation that was dropped is at version %d, error %v", row.Version, err)
	}
	var listed handler.ViewsAnswer
	a.admin("query/list-views", "", nil, &listed)
	if len(listed.Items) != len(domain.App.Views()) || listed.End != 1 || listed.Items[0].Live != 1 {
		t.Fatalf("the views are %+v", listed)
	}

	lot := &dynamo.ParkingLot{Client: client, Table: a.names.Checkpoints}
	note := engine.Parked{Consumer: "users", Stream: "user-ann", Version: 1, Error: "it was broken", Attempts: 5, Time: time.Now()}
	if err := lot.Park(t.Context(), note); err != nil {
		t.Fatal(err)
	}
	var parked handler.ParkedAnswer
	if a.admin("query/list-parked", "", nil, &parked); len(parked.Items) != 1 || parked.Items[0].Stream != "user-ann" {
		t.Fatalf("parked is %+v", parked)
	}
	skipped := a.job("command/skip-parked", `{"reason":"it was mended by hand"}`, map[string]string{"consumer": "users", "stream": "user-ann"})
	if skipped.Reason != "it was mended by hand" || skipped.By != "root" || skipped.Version != 1 {
		t.Fatalf("the skip is %+v", skipped)
	}
	if left, err := lot.Parked(t.Context()); err != nil || len(left) != 0 {
		t.Fatalf("behind the skip there is parked %+v, error %v", left, err)
	}
	a.forgets(do)
	a.readsClosed()
	verified := a.job("command/verify-store", `{}`, nil).Result.Verified
	if verified == nil || verified.Commits != 4 || verified.Rows != 4 || verified.Archived != 0 || verified.Events != 7 {
		t.Fatalf("verified is %+v", verified)
	}
	return a.guards
}

// forgets has a job go on with a forgetting that was interrupted an hour ago. There is no process any more that knows the key, for
// which it would have to wait.
func (a deployment) forgets(do func(*es.CommandDecl, any)) {
	a.t.Helper()
	keys := a.keys()
	if _, err := keys.Keys(a.t.Context(), []string{"eve"}, true); err != nil {
		a.t.Fatal(err)
	}
	begun := engine.Forgetting{Subject: "eve", By: "root", Why: "she asked for it", At: time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)}
	if err := keys.Forget(a.t.Context(), begun); err != nil {
		a.t.Fatal(err)
	}
	do(user.DoCreate, user.Create{UserID: "eve", Name: "Eve"})
	views := &dynamo.Views{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Views}
	eventually(a.t, "the view shows somebody", func() bool {
		row, err := views.Row(a.t.Context(), "users", "eve")
		return err == nil && row.Version == 1
	})
	snapshots := &dynamo.Snapshots{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Snapshots}
	fold := es.FoldID{Name: "user.User", Fingerprint: "of long ago"}
	if err := snapshots.SaveSnapshot(a.t.Context(), fold, "user-eve", engine.Snapshot{Version: 1, State: []byte(`{"name":"Eve"}`)}); err != nil {
		a.t.Fatal(err)
	}
	a.job("command/forget-person", `{"reason":"she asked for it"}`, map[string]string{"subject": "eve"})
	if kept, err := snapshots.Snapshot(a.t.Context(), fold, "user-eve"); err != nil || kept.Version != 0 {
		a.t.Errorf("a snapshot is kept: %+v, %v", kept, err)
	}
	all, err := keys.Forgettings(a.t.Context())
	if err != nil || len(all) != 1 || !all[0].At.Equal(begun.At) || all[0].Done.IsZero() {
		a.t.Errorf("forgotten is %+v, %v", all, err)
	}
}

// admin calls the Lambda of a route in an admin's name.
func (a deployment) admin(folder, body string, parameters map[string]string, into any) {
	a.t.Helper()
	a.asAdmin(folder, events.APIGatewayV2HTTPRequest{
		Headers: map[string]string{"content-type": "application/json"}, Body: body, PathParameters: parameters,
	}, into)
}

// asAdmin is admin for any request.
func (a deployment) asAdmin(folder string, request events.APIGatewayV2HTTPRequest, into any) {
	a.t.Helper()
	request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"sub": "root", "scope": "read write admin"}},
	}
	var response events.APIGatewayV2HTTPResponse
	if a.deploy(folder).invoke(request, &response); response.StatusCode >= http.StatusBadRequest {
		a.t.Fatalf("%s answered %d %s", folder, response.StatusCode, response.Body)
	}
	if err := json.Unmarshal([]byte(response.Body), into); err != nil {
		a.t.Fatal(err)
	}
}

// job asks for a job, and waits until it is done.
func (a deployment) job(folder, body string, parameters map[string]string) (found engine.Job) {
	a.t.Helper()
	var asked handler.JobAnswer
	a.admin(folder, body, parameters, &asked)
	jobs := &dynamo.Jobs{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Traces}
	eventually(a.t, folder+" is carried out", func() bool {
		var err error
		found, err = jobs.Job(a.t.Context(), asked.JobID)
		return err == nil && found.Ended()
	})
	var listed handler.JobsAnswer
	a.admin("query/list-jobs", "", nil, &listed)
	if found.State != engine.JobDone || len(listed.Items) == 0 || listed.Items[0].ID != found.ID {
		a.t.Fatalf("the job is %+v, listed as %+v", found, listed.Items)
	}
	return found
}
