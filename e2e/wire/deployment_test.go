package wire

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	archive "github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/topology"
)

// deployment is what stacks make.
type deployment struct {
	t     *testing.T
	cfg   aws.Config
	names dynamo.Names
	topic messaging.Topology
	dir   string            // of the binaries
	told  map[string]string // all that functions can be told

	guards *guards
}

// provision builds functions, and makes what they need.
func provision(t *testing.T, folders ...string) deployment {
	t.Helper()
	a := deployment{t: t, cfg: emulator.MiniStack(t), dir: build(t, folders...), guards: &guards{}}
	name := emulator.Name("lambda")
	a.names = tables(name)
	if err := dynamo.CreateTables(t.Context(), dynamodb.NewFromConfig(a.cfg), a.names); err != nil {
		t.Fatal(err)
	}
	key, err := kms.NewFromConfig(a.cfg).CreateKey(t.Context(), &kms.CreateKeyInput{KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify})
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := kms.NewFromConfig(a.cfg).CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := secretsmanager.NewFromConfig(a.cfg).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(name), SecretString: aws.String(strings.Repeat("s3cret! ", 4)),
	})
	if err != nil {
		t.Fatal(err)
	}
	sender := name + "@example.com"
	if _, err := sesv2.NewFromConfig(a.cfg).CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(sender)}); err != nil {
		t.Fatal(err)
	}
	queues := sqs.NewFromConfig(a.cfg)
	if _, err := archive.NewClient(a.cfg).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(name)}); err != nil {
		t.Fatal(err)
	}
	timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(a.cfg), queues, name+"-timers")
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := messaging.CreateInbox(t.Context(), queues, name+"-inbox")
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := messaging.CreateInbox(t.Context(), queues, name+"-upkeep")
	if err != nil {
		t.Fatal(err)
	}
	filters := map[string][]string{}
	for _, f := range topology.Functions(domain.App) {
		if f.Queue != nil && slices.Contains(folders, strings.TrimPrefix(f.Folder, "functions/")) {
			filters[f.Queue.Name] = f.Queue.Filter()
		}
	}
	a.topic, err = messaging.CreateTopology(t.Context(), sns.NewFromConfig(a.cfg), queues, name, filters)
	if err != nil {
		t.Fatal(err)
	}
	a.topic.Queues[engine.InboxName], a.topic.Queues[engine.TimersName], a.topic.Queues[engine.UpkeepName] = inbox, timers.Queue, jobs
	catalogue, err := es.Encode(domain.App.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	a.told = map[string]string{
		setting.ArchiveBucket: name,
		setting.Catalogue:     string(catalogue), setting.Stage: "dev", setting.WebSocketURL: "wss://ws.example/live",
		setting.DirectoryTable: a.names.Directory,
		setting.EventsTable:    a.names.Events, setting.FeedTable: a.names.Feed, setting.ViewsTable: a.names.Views,
		setting.CheckpointsTable: a.names.Checkpoints, setting.TracesTable: a.names.Traces, setting.ConnectionsTable: a.names.Connections,
		setting.LeasesTable: a.names.Leases, setting.MovesTable: a.names.Leases, setting.SnapshotsTable: a.names.Snapshots,
		setting.KeysTable: a.names.Keys, setting.SubjectKey: aws.ToString(subjects.KeyMetadata.Arn),
		setting.InboxQueue: inbox, setting.UpkeepQueue: jobs, setting.TimersQueue: timers.Queue, setting.TimersQueueARN: timers.QueueARN,
		setting.TimersDeadLetters: timers.QueueARN, setting.ScheduleGroup: timers.Group, setting.ScheduleRole: timers.Role,
		setting.Secret: aws.ToString(secret.ARN), setting.Topic: a.topic.Topic, setting.MailFrom: sender,
		setting.SigningKey: aws.ToString(key.KeyMetadata.Arn), setting.Issuer: "https://id.example",
	}
	return a
}

// tells are the variables that a function has for its grants, as the stacks set them.
var tells = map[topology.Grant][]string{
	topology.LoadEvents: {setting.EventsTable}, topology.AppendEvents: {setting.EventsTable}, topology.SweepEvents: {setting.EventsTable, setting.DirectoryTable},
	topology.NoteStreams: {setting.DirectoryTable}, topology.ListStreams: {setting.DirectoryTable}, topology.FindEnd: {setting.FeedTable},
	topology.ListTimers:    {setting.TimersQueue, setting.ScheduleGroup},
	topology.ReadSnapshots: {setting.SnapshotsTable}, topology.WriteSnapshots: {setting.SnapshotsTable}, topology.HoldLeases: {setting.LeasesTable},
	topology.ReadViews: {setting.ViewsTable}, topology.WriteViews: {setting.ViewsTable}, topology.ReadFeed: {setting.FeedTable, setting.EventsTable},
	topology.WriteFeed: {setting.FeedTable}, topology.Checkpoint: {setting.CheckpointsTable},
	topology.Park: {setting.CheckpointsTable}, topology.NoteTraces: {setting.TracesTable}, topology.ReadTraces: {setting.TracesTable},
	topology.HoldConnections: {setting.ConnectionsTable}, topology.PublishCommits: {setting.Topic}, topology.PostInbox: {setting.InboxQueue},
	topology.SetTimers: {
		setting.TimersQueue, setting.TimersQueueARN, setting.TimersDeadLetters, setting.ScheduleGroup, setting.ScheduleRole,
	},
	topology.SignTokens: {setting.SigningKey, setting.Issuer}, topology.ReadKey: {setting.SigningKey, setting.Issuer},
	topology.KnowIssuer: {setting.Issuer, setting.Audience}, topology.KnowRoles: {setting.RolesClaim}, topology.KnowStreams: {setting.Catalogue},
	topology.KeepArchive: {setting.ArchiveBucket}, topology.ReadClosed: {setting.ArchiveBucket}, topology.KnowSystem: {setting.Stage, setting.WebSocketURL}, topology.ReadSecret: {setting.Secret}, topology.SendMail: {setting.MailFrom},
	topology.ReadStandings: {setting.ViewsTable}, topology.ReadCheckpoints: {setting.CheckpointsTable}, topology.CountQueues: {setting.Stage},
	topology.RebuildViews: {setting.ViewsTable}, topology.ReadParked: {setting.CheckpointsTable}, topology.NoteJobs: {setting.TracesTable},
	topology.OpenPersonal: {setting.KeysTable, setting.SubjectKey}, topology.SealPersonal: {setting.KeysTable, setting.SubjectKey},
	topology.HeedMove: {setting.MovesTable}, topology.AppendGated: {setting.MovesTable},
	topology.ForgetPersons: {setting.KeysTable, setting.SnapshotsTable}, topology.TakeInventory: {setting.EventsTable, setting.SnapshotsTable, setting.ConnectionsTable},
	topology.EndJobs: {setting.TracesTable}, topology.ReadJobs: {setting.TracesTable}, topology.QueueJobs: {setting.UpkeepQueue},
}

// deploy starts a function with the environment that its grants call for, and nothing beside it.
func (a deployment) deploy(folder string) *lambda {
	return a.deployAt(folder, aws.ToString(a.cfg.BaseEndpoint))
}

func (a deployment) deployAt(folder, endpoint string) *lambda {
	a.t.Helper()
	environment := []string{"AWS_REGION=" + a.cfg.Region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}
	for _, f := range topology.Functions(domain.App) {
		if f.Folder != "functions/"+folder {
			continue
		}
		guarded := a.guarded(f, endpoint)
		environment = append(environment, "AWS_ENDPOINT_URL="+guarded)
		if slices.Contains(f.Grants, topology.PushMessages) {
			environment = append(environment, setting.WebSocketEndpoint+"="+guarded)
		}
		if slices.Contains(f.Grants, topology.IndexViews) || slices.Contains(f.Grants, topology.SearchViews) {
			environment = append(environment, setting.SearchEndpoint+"="+guarded+searched)
		}
		for _, grant := range f.Grants {
			for _, variable := range tells[grant] {
				environment = append(environment, variable+"="+a.told[variable])
			}
		}
	}
	return deploy(a.t, a.dir, folder, environment)
}

// call sends a request to the Lambda of a route, cold.
func (a deployment) call(folder, user, body string, parameters map[string]string) events.APIGatewayV2HTTPResponse {
	a.t.Helper()
	return a.request(folder, user, events.APIGatewayV2HTTPRequest{
		Headers: map[string]string{"content-type": "application/json"}, Body: body, PathParameters: parameters,
	})
}

// request is call for any request.
func (a deployment) request(folder, user string, request events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	a.t.Helper()
	if user != "" {
		request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"sub": user, "scope": "read write"}},
		}
	}
	var response events.APIGatewayV2HTTPResponse
	a.deploy(folder).invoke(request, &response)
	if response.StatusCode >= http.StatusBadRequest {
		a.t.Fatalf("%s answered %d %s", folder, response.StatusCode, response.Body)
	}
	return response
}

// keys are those of subjects.
func (a deployment) keys() engine.Keys {
	says := func(variable string) string { return a.told[variable] }
	return &dynamo.Keys{Client: dynamodb.NewFromConfig(a.cfg), Table: a.names.Keys, DataKeys: sealing.New(a.cfg, says)}
}

// commands execute what no Lambda of the deployment does.
func (a deployment) commands() *engine.Commands {
	client := dynamodb.NewFromConfig(a.cfg)
	return &engine.Commands{
		Store: engine.NewSeals(a.keys(), 0).Store(&dynamo.EventStore{
			Client: client, Table: a.names.Events, Leases: a.names.Leases, Moves: a.names.Leases,
		}),
		Leases: &dynamo.Leases{Client: client, Table: a.names.Leases},
	}
}

// doing gives what executes a command in ann's name, or in a saga's.
func (a deployment) doing(commands *engine.Commands) func(*es.CommandDecl, any) {
	by := named("ann")
	by.Roles = append(by.Roles, es.RoleSystem)
	return func(d *es.CommandDecl, command any) {
		a.t.Helper()
		_, err := commands.Execute(a.t.Context(), engine.Request{
			Decl: d, Command: command, ID: engine.NewID(), Fresh: true, TraceID: engine.NewID(), Invoker: by,
		})
		if err != nil {
			a.t.Fatal(err)
		}
	}
}

// trigger has the relay, and the Lambdas of queues, do their work until the test ends.
func (a deployment) trigger(queues map[string]*lambda) {
	relay := a.deploy("relay") // which ends after the triggers, as all functions do
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	a.t.Cleanup(func() {
		stop()
		all.Wait()
	})
	all.Go(func() {
		err := emulator.Pump(ctx, a.cfg, a.names.Events, func(_ context.Context, batch events.DynamoDBEvent) (r events.DynamoDBEventResponse, err error) {
			return r, relay.try(batch, &r)
		})
		if err != nil {
			a.t.Error(err)
		}
	})
	receiver := &messaging.Receiver{Client: sqs.NewFromConfig(a.cfg), Queues: a.topic.Queues}
	for queue, function := range queues {
		all.Go(func() {
			for ctx.Err() == nil {
				_, err := receiver.Poll(ctx, queue, time.Second, func(_ context.Context, batch events.SQSEvent) (r events.SQSEventResponse, err error) {
					return r, function.try(batch, &r)
				})
				if err != nil && ctx.Err() == nil {
					a.t.Errorf("poll %s: %v", queue, err)
					return
				}
			}
		})
	}
}
