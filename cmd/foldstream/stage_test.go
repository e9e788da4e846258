package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/topology"
)

// deployed is a stage's tables in an emulator.
type deployed struct {
	cfg   aws.Config
	stage topology.Stage
	store *dynamo.EventStore
	lot   *dynamo.ParkingLot
	views *dynamo.Views
}

// deploy creates the tables of a stage of its own, and makes the emulator the environment of AWS.
func deploy(t *testing.T) deployed {
	t.Helper()
	cfg := emulator.MiniStack(t)
	surround(t, map[string]string{"AWS_ENDPOINT_URL": *cfg.BaseEndpoint})
	stage := topology.Stage(strings.ReplaceAll(emulator.Name("x"), "-", "")[:12])
	client, names := dynamodb.NewFromConfig(cfg), dynamo.NamesBy(stage.Name)
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	return deployed{
		cfg: cfg, stage: stage, store: &dynamo.EventStore{Client: client, Table: names.Events},
		lot: &dynamo.ParkingLot{Client: client, Table: names.Checkpoints}, views: &dynamo.Views{Client: client, Table: names.Views},
	}
}

// surround sets the environment of AWS, of which nothing but these differ from what is usual in tests.
func surround(t *testing.T, with map[string]string) {
	t.Helper()
	usual := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_DEFAULT_REGION": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	}
	for _, all := range []map[string]string{usual, with} {
		for name, value := range all {
			t.Setenv(name, value)
		}
	}
}

// run runs the command line on the stage.
func (d deployed) run(t *testing.T, args ...string) string {
	t.Helper()
	return foldstream(t, append(args, "--stage", string(d.stage))...)
}

// foldstream runs the command line on a store that nobody serves. It gives what is said, with the error if it fails.
func foldstream(t *testing.T, args ...string) string {
	t.Helper()
	return saidBy(t, commands(&site{Config: local.Config{App: domain.App}, bound: time.Millisecond}), args)
}

// besides runs the command line beside servers.
func besides(t *testing.T, args ...string) string {
	t.Helper()
	return saidBy(t, root(), args)
}

func saidBy(t *testing.T, c *cobra.Command, args []string) string {
	t.Helper()
	var out bytes.Buffer
	c.SetArgs(args)
	c.SetOut(&out)
	if err := c.ExecuteContext(t.Context()); err != nil {
		return out.String() + "failed: " + err.Error()
	}
	return out.String()
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !holds(); <-tick.C {
		if time.Now().After(end) {
			t.Fatal("waited in vain until " + what)
		}
	}
}

func says(t *testing.T, said string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(said, want) {
			t.Fatalf("it said %q, want %q", said, want)
		}
	}
}

// happen appends events to a new stream.
func (d deployed) happen(t *testing.T, stream es.StreamID, at time.Time, events ...es.Recorded) {
	t.Helper()
	err := d.store.Append(t.Context(), es.Draft{
		Stream: stream, Events: events, Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: at},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// park notes that a consumer cannot get on with a stream, as its Lambda does.
func (d deployed) park(t *testing.T, consumer string, stream es.StreamID) {
	t.Helper()
	note := engine.Parked{Consumer: consumer, Stream: stream, Version: 1, Error: "it was broken", Attempts: 5, Time: time.Now()}
	if err := d.lot.Park(t.Context(), note); err != nil {
		t.Fatal(err)
	}
}

func TestStageAppointsAndReplays(t *testing.T) {
	d := deploy(t)
	says(t, d.run(t, "appoint-admin", "ada"), "failed: ", "there is no such account")
	d.happen(t, "identity-ada", time.Now(), es.Recorded{Type: "Registered", Data: []byte(`{"email":"ada@example.com","passwordHash":"x","roles":[]}`)})
	says(t, d.run(t, "appoint-admin", "ada"), "ada is an admin")
	says(t, d.run(t, "replay", "identity-ada"), "1  Registered", "2  RoleGranted", `"Roles": [`, `"admin"`)

	t.Setenv("FOLDSTREAM_STAGE", string(d.stage))
	says(t, foldstream(t, "replay", "identity-ada", "--json", "--until", "1"), `"type":"Registered"`)
}

func TestStageRepairsAView(t *testing.T) {
	d := deploy(t)
	says(t, d.run(t, "parked", "list"), "Nothing is parked.")
	const good, bad = "match-good", "match-bad"
	d.happen(t, good, time.Now(), es.Recorded{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)})
	d.happen(t, bad, time.Now(), es.Recorded{Type: "MatchCreated", Data: []byte(`[]`)})
	d.park(t, "matches", good)
	d.park(t, "matches", bad)

	says(t, d.run(t, "parked", "list"), good, bad, "it was broken")
	says(t, d.run(t, "parked", "show", "matches", good), "cannot take match-good at version 1", `"createdBy": "ada"`)
	says(t, d.run(t, "parked", "show", "matches", "match-other"), "failed: ", "is not parked")

	says(t, d.run(t, "parked", "retry", "matches", good), "matches is up to date with match-good")
	if row, err := d.views.Row(t.Context(), "matches", "good"); err != nil || row.Version != 1 {
		t.Fatalf("the row is at version %d, error %v, want 1", row.Version, err)
	}
	says(t, d.run(t, "parked", "retry", "matches", bad), "failed: ", "is parked again, at version 1")
	says(t, d.run(t, "parked", "skip", "matches", bad), "failed: ", "--reason")
	says(t, d.run(t, "parked", "skip", "matches", bad, "--reason", "it is none"), "matches is up to date with match-bad")
	if row, err := d.views.Row(t.Context(), "matches", "bad"); err != nil || row.Version != 1 {
		t.Fatalf("the row is at version %d, error %v, want 1", row.Version, err)
	}
	says(t, d.run(t, "parked", "list"), "Nothing is parked.")
}

// TestStageRepairsASaga retries what needs more than tables: a queue of which only the functions are told.
func TestStageRepairsASaga(t *testing.T) {
	d := deploy(t)
	const stream = "match-m1"
	started := `{"players":[{"id":"ada"},{"id":"bob"}],"firstPlayer":"ada"}`
	d.happen(t, stream, time.Now().Add(-100*24*time.Hour), es.Recorded{Type: "MatchStarted", Data: []byte(started)})
	d.park(t, "match-deadlines", stream)

	says(t, d.run(t, "parked", "list"), "match-deadlines")
	says(t, d.run(t, "parked", "retry", "match-deadlines", stream), "failed: ", "no function foldstream-"+string(d.stage)+"-eventhandler-", "is it deployed?")

	queues := sqs.NewFromConfig(d.cfg)
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(d.stage.Name(engine.TimersName))})
	if err != nil {
		t.Fatal(err)
	}
	d.tell(t, topology.SetTimers, map[string]string{setting.TimersQueue: *queue.QueueUrl})
	says(t, d.run(t, "parked", "retry", "match-deadlines", stream), "match-deadlines is up to date with match-m1")
	got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 10})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("got %d messages, error %v, want the timer", len(got.Messages), err)
	}
	says(t, *got.Messages[0].Body, `"command":"forfeit-turn"`, `"player":"ada"`)
}

// tell creates the functions with a grant, whose environment says these things.
func (d deployed) tell(t *testing.T, g topology.Grant, environment map[string]string) {
	t.Helper()
	client := lambda.NewFromConfig(d.cfg)
	for _, f := range topology.Functions(domain.App) {
		if !slices.Contains(f.Grants, g) {
			continue
		}
		_, err := client.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
			FunctionName: aws.String(d.stage.Name(f.Name)), Runtime: lambdatypes.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
			Role: aws.String("arn:aws:iam::000000000000:role/none"), Code: &lambdatypes.FunctionCode{ZipFile: zipped(t)},
			Environment: &lambdatypes.Environment{Variables: environment},
		})
		var there *lambdatypes.ResourceConflictException // for another of its grants
		if err != nil && !errors.As(err, &there) {
			t.Fatal(err)
		}
	}
}

// zipped is the code of a function that nobody calls.
func zipped(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	if _, err := archive.Create("bootstrap"); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestStageThatIsNotThere(t *testing.T) {
	endpoint := *emulator.MiniStack(t).BaseEndpoint
	list := func(stage string, with map[string]string) string {
		surround(t, with)
		return foldstream(t, "parked", "list", "--stage", stage)
	}
	here := map[string]string{"AWS_ENDPOINT_URL": endpoint}
	says(t, list("nowhere", here), "failed: stage nowhere: no table foldstream-nowhere-events in us-east-1: is it deployed?")
	says(t, list("No Where", here), `failed: the stage "No Where" is not a word`)
	says(t, list("nowhere", map[string]string{"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": ""}), "failed: no region: set AWS_REGION")
	says(t, list("nowhere", map[string]string{"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
		"failed: no credentials for AWS: set AWS_PROFILE")
}
