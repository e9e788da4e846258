package main

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

func TestEveryFunctionIsThereOnce(t *testing.T) {
	for _, f := range dev.functions() {
		r := dev.deployed(t, f)
		if r.in != dev.stackOf(f) {
			t.Errorf("%s is not in the stack of its context", f.Name)
		}
	}
	if got, want := len(dev.all("AWS::Lambda::Function")), len(dev.functions()); got != want {
		t.Errorf("%d functions are deployed; the topology has %d", got, want)
	}
}

func TestFunctionsRunAsTheyAreBuilt(t *testing.T) {
	want := map[string]string{
		"Runtime": "provided.al2023", "Architectures": `["arm64"]`, "Handler": "bootstrap", "MemorySize": "256",
		"TracingConfig.Mode": "Active", "LoggingConfig.LogFormat": "JSON", "LoggingConfig.SystemLogLevel": "WARN",
	}
	for _, f := range dev.functions() {
		r := dev.deployed(t, f)
		for property, value := range want {
			if got := r.text(property); got != value {
				t.Errorf("%s: %s is %q, not %q", f.Name, property, got, value)
			}
		}
		log := dev.one(t, "AWS::Logs::LogGroup", "LogGroupName", r.text("LoggingConfig.LogGroup"))
		if days := log.text("RetentionInDays"); days != "7" {
			t.Errorf("%s: its log is kept for %s days", f.Name, days)
		}
	}
}

func TestEveryFunctionHasItsOneTrigger(t *testing.T) {
	triggers := map[string][]string{} // by function
	for _, r := range dev.all("AWS::ApiGatewayV2::Route") {
		integration := r.in.Resources[r.text("Target")[len("integrations/"):]]
		uri := integration.text("IntegrationUri")
		for _, f := range dev.functions() {
			name := dev.stage.name(f.Name)
			if uri == name+".Arn" || uri == "arn:Partition:apigateway:Region:lambda:path/2015-03-31/functions/"+name+".Arn/invocations" {
				triggers[f.Name] = append(triggers[f.Name], r.text("RouteKey"))
			}
		}
	}
	for _, r := range dev.all("AWS::Lambda::EventSourceMapping") {
		name := r.text("FunctionName")
		name = name[len(dev.stage.name("")) : len(name)-len(".Arn")]
		triggers[name] = append(triggers[name], r.text("EventSourceArn"))
	}
	for _, r := range dev.all("AWS::Events::Rule") {
		target := r.Properties["Targets"].([]any)[0].(map[string]any)
		name := r.in.text(target["Arn"])
		name = name[len(dev.stage.name("")) : len(name)-len(".Arn")]
		triggers[name] = append(triggers[name], r.text("ScheduleExpression"))
	}
	want := map[string][]string{}
	for _, f := range dev.functions() {
		want[f.Name] = []string{triggerOf(f)}
	}
	if diff := cmp.Diff(want, triggers); diff != "" {
		t.Errorf("triggers (-topology +stacks):\n%s", diff)
	}
}

func triggerOf(f topology.Function) string {
	switch {
	case f.Route != "":
		return f.Route
	case f.Socket != "":
		return f.Socket
	case f.Queue != nil:
		return dev.stage.name(f.Queue.Name) + ".fifo.Arn"
	case f.Errands == engine.InboxName:
		return dev.stage.name("inbox") + ".fifo.Arn"
	case f.Errands == engine.TimersName:
		return dev.stage.name("timers") + ".Arn"
	case f.Errands == engine.UpkeepName:
		return dev.stage.name("upkeep") + ".fifo.Arn"
	case f.Stream:
		return dev.stage.name("events") + ".StreamArn"
	case f.Name == "sweeper":
		return "rate(1440 minutes)"
	default:
		return "rate(60 minutes)"
	}
}

// Each function is told of what its grants name, and of nothing else.
func TestEnvironments(t *testing.T) {
	told := map[topology.Grant]map[string]string{
		topology.LoadEvents:     {setting.EventsTable: "foldstream-dev-events"},
		topology.AppendEvents:   {setting.EventsTable: "foldstream-dev-events"},
		topology.ReadViews:      {setting.ViewsTable: "foldstream-dev-views"},
		topology.WriteViews:     {setting.ViewsTable: "foldstream-dev-views"},
		topology.ReadFeed:       {setting.FeedTable: "foldstream-dev-feed", setting.EventsTable: "foldstream-dev-events"},
		topology.WriteFeed:      {setting.FeedTable: "foldstream-dev-feed"},
		topology.NoteStreams:    {setting.DirectoryTable: "foldstream-dev-directory"},
		topology.ListStreams:    {setting.DirectoryTable: "foldstream-dev-directory"},
		topology.ListTimers:     {setting.TimersQueue: "foldstream-dev-timers", setting.ScheduleGroup: "foldstream-dev-timers"},
		topology.ReadSnapshots:  {setting.SnapshotsTable: "foldstream-dev-snapshots"},
		topology.WriteSnapshots: {setting.SnapshotsTable: "foldstream-dev-snapshots"},
		topology.HoldLeases:     {setting.LeasesTable: "foldstream-dev-leases"},
		topology.PostInbox:      {setting.InboxQueue: "foldstream-dev-inbox.fifo"},
		topology.SetTimers: {
			setting.TimersQueue: "foldstream-dev-timers", setting.TimersQueueARN: "foldstream-dev-timers.Arn",
			setting.TimersDeadLetters: "foldstream-dev-schedules-dead.Arn", setting.ScheduleGroup: "foldstream-dev-timers",
			setting.ScheduleRole: dev.scheduleRole(t).id + ".Arn",
		},
		topology.KeepArchive:     {setting.ArchiveBucket: "archivefilesF8CD4B6A"},
		topology.ReadClosed:      {setting.ArchiveBucket: "archivefilesF8CD4B6A"},
		topology.ReadSecret:      {setting.Secret: "foldstream-dev-secret"},
		topology.IndexViews:      {setting.SearchEndpoint: "https://foldstream-dev.DomainEndpoint"},
		topology.SearchViews:     {setting.SearchEndpoint: "https://foldstream-dev.DomainEndpoint"},
		topology.Checkpoint:      {setting.CheckpointsTable: "foldstream-dev-checkpoints"},
		topology.Park:            {setting.CheckpointsTable: "foldstream-dev-checkpoints"},
		topology.NoteTraces:      {setting.TracesTable: "foldstream-dev-traces"},
		topology.ReadTraces:      {setting.TracesTable: "foldstream-dev-traces"},
		topology.HoldConnections: {setting.ConnectionsTable: "foldstream-dev-connections"},
		topology.PushMessages: {
			setting.WebSocketEndpoint: "https://foldstream-dev-websocket.execute-api.Region.URLSuffix/live",
		},
		topology.PublishCommits: {setting.Topic: "foldstream-dev-commits.fifo"},
		topology.SignTokens:     {setting.SigningKey: "signingkey.Arn", setting.Issuer: "foldstream-dev-identity.ApiEndpoint"},
		topology.ReadKey:        {setting.SigningKey: "signingkey.Arn", setting.Issuer: "foldstream-dev-identity.ApiEndpoint"},
		topology.SendMail:       {setting.MailFrom: "noreply@example.com"},
		topology.KnowStreams:    {setting.Catalogue: catalogue(t)},
		topology.KnowSystem: {
			setting.WebSocketURL: "foldstream-dev-websocket.ApiEndpoint/live", setting.Searches: "true",
			setting.Issuer: "foldstream-dev-identity.ApiEndpoint",
		},
		topology.FindEnd:         {setting.FeedTable: "foldstream-dev-feed"},
		topology.ReadStandings:   {setting.ViewsTable: "foldstream-dev-views"},
		topology.ReadCheckpoints: {setting.CheckpointsTable: "foldstream-dev-checkpoints"},
		topology.RebuildViews:    {setting.ViewsTable: "foldstream-dev-views"},
		topology.RebuildTexts:    {setting.SearchEndpoint: "https://foldstream-dev.DomainEndpoint"},
		topology.ReadParked:      {setting.CheckpointsTable: "foldstream-dev-checkpoints"},
		topology.NoteJobs:        {setting.TracesTable: "foldstream-dev-traces"},
		topology.EndJobs:         {setting.TracesTable: "foldstream-dev-traces"},
		topology.ReadJobs:        {setting.TracesTable: "foldstream-dev-traces"},
		topology.QueueJobs:       {setting.UpkeepQueue: "foldstream-dev-upkeep.fifo"},
		topology.OpenPersonal:    {setting.KeysTable: "foldstream-dev-keys", setting.SubjectKey: "subjectkey.Arn"},
		topology.SealPersonal:    {setting.KeysTable: "foldstream-dev-keys", setting.SubjectKey: "subjectkey.Arn"},
		topology.HeedMove:        {setting.MovesTable: "foldstream-dev-leases"},
		topology.AppendGated:     {setting.MovesTable: "foldstream-dev-leases"},
	}
	for _, f := range dev.functions() {
		want := map[string]string{setting.Stage: "dev"}
		if f.Schedule {
			want["AWS_RETRY_MODE"] = "adaptive"
		}
		for _, g := range f.Grants {
			maps.Copy(want, told[g])
		}
		if f.Name == "query-get-openid-configuration" {
			want[setting.Issuer] = "foldstream-dev-identity.ApiEndpoint"
		}
		got := map[string]string{}
		r := dev.deployed(t, f)
		variables, _ := r.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
		for name, value := range variables {
			got[name] = r.in.text(value)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
}

func TestTablesAreAsTheAdapterDescribesThem(t *testing.T) {
	names := dynamo.Names{
		Events: "foldstream-dev-events", Feed: "foldstream-dev-feed", Views: "foldstream-dev-views",
		Checkpoints: "foldstream-dev-checkpoints", Traces: "foldstream-dev-traces", Connections: "foldstream-dev-connections",
		Leases: "foldstream-dev-leases", Snapshots: "foldstream-dev-snapshots",
	}
	for _, d := range names.Tables() {
		if d.Name == names.Outbox {
			continue // there is none where mails are sent
		}
		r := dev.one(t, "AWS::DynamoDB::Table", "TableName", d.Name)
		want := map[string]string{
			"KeySchema":   `[{"AttributeName":"` + d.Hash.Name + `","KeyType":"HASH"},{"AttributeName":"` + d.Range.Name + `","KeyType":"RANGE"}]`,
			"BillingMode": "PAY_PER_REQUEST", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": "true",
			"SSESpecification.SSEEnabled": "true", "StreamSpecification": "", "TimeToLiveSpecification": "",
		}
		if d.Name == names.Leases || d.Name == names.Snapshots || d.Forgets {
			want["PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"] = "false"
		}
		if d.Stream {
			delete(want, "StreamSpecification")
			want["StreamSpecification.StreamViewType"] = "NEW_IMAGE"
		}
		if d.Expires != "" {
			want["TimeToLiveSpecification"] = `{"AttributeName":"` + d.Expires + `","Enabled":true}`
		}
		for _, property := range slices.Sorted(maps.Keys(want)) {
			if got := r.text(property); got != want[property] {
				t.Errorf("%s: %s is %q, not %q", d.Name, property, got, want[property])
			}
		}
	}
	if got, want := len(dev.all("AWS::DynamoDB::Table")), len(names.Tables())-1; got != want {
		t.Errorf("%d tables; the adapter describes %d beside the outbox", got, want)
	}
}

func catalogue(t *testing.T) string {
	t.Helper()
	text, err := es.Encode(app.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
