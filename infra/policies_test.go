package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/topology"
)

// granted is what each grant comes to: service:Action and what it is allowed on.
var granted = map[topology.Grant][]string{
	topology.LoadEvents:     {"dynamodb:Query events"},
	topology.AppendEvents:   {"dynamodb:Query events", "dynamodb:PutItem events"},
	topology.ReadViews:      {"dynamodb:GetItem views", "dynamodb:BatchGetItem views", "dynamodb:Query views"},
	topology.WriteViews:     {"dynamodb:GetItem views", "dynamodb:PutItem views", "dynamodb:DeleteItem views"},
	topology.ReadFeed:       {"dynamodb:Query feed", "dynamodb:BatchGetItem events"},
	topology.ReadSnapshots:  {"dynamodb:GetItem snapshots"},
	topology.WriteSnapshots: {"dynamodb:PutItem snapshots"},
	topology.HoldLeases:     {"dynamodb:UpdateItem leases", "dynamodb:ConditionCheckItem leases"},
	topology.WriteFeed:      {"dynamodb:GetItem feed", "dynamodb:BatchGetItem feed", "dynamodb:PutItem feed"},
	topology.Checkpoint:     {"dynamodb:GetItem checkpoints", "dynamodb:PutItem checkpoints"},
	topology.Park:           {"dynamodb:GetItem checkpoints", "dynamodb:PutItem checkpoints", "dynamodb:DeleteItem checkpoints"},
	topology.NoteTraces:     {"dynamodb:BatchWriteItem traces"},
	topology.ReadTraces:     {"dynamodb:Query traces"},
	topology.HoldConnections: {
		"dynamodb:GetItem connections", "dynamodb:Query connections", "dynamodb:PutItem connections",
		"dynamodb:ConditionCheckItem connections", "dynamodb:BatchWriteItem connections",
	},
	topology.PushMessages: {"execute-api:ManageConnections arn:Partition:execute-api:Region:AccountId:websocket/live/POST/@connections/*"},
	topology.NoteStreams:  {"dynamodb:BatchWriteItem directory"},
	topology.ListStreams:  {"dynamodb:Query directory"},
	topology.FindEnd:      {"dynamodb:GetItem feed"},
	topology.SweepEvents:  {"dynamodb:Scan events", "dynamodb:BatchGetItem events", "dynamodb:BatchGetItem directory"},
	topology.ListTimers: {
		"sqs:GetQueueAttributes timers", "scheduler:GetSchedule arn:Partition:scheduler:Region:AccountId:schedule/timers/*",
		"scheduler:ListSchedules arn:Partition:scheduler:Region:AccountId:schedule/*/*",
	},
	topology.PublishCommits: {"sns:Publish commits.fifo"},
	topology.SignTokens:     {"kms:Sign signingkey", "kms:GetPublicKey signingkey"},
	topology.ReadKey:        {"kms:GetPublicKey signingkey"},
	topology.SendMail: {
		"ses:SendEmail arn:Partition:ses:Region:AccountId:identity/noreply@example.com",
		"ses:SendEmail arn:Partition:ses:Region:AccountId:identity/example.com",
	},
	topology.SendText:  {"sns:Publish all but arn:Partition:sns:*:*:*"},
	topology.PostInbox: {"sqs:SendMessage inbox.fifo"},
	topology.SetTimers: {
		"sqs:SendMessage timers", "scheduler:CreateSchedule arn:Partition:scheduler:Region:AccountId:schedule/timers/*",
		`iam:PassRole the schedules' role if {"StringEquals":{"iam:PassedToService":"scheduler.amazonaws.com"}}`,
	},
	topology.KeepArchive: {
		"s3:PutObject archivefilesF8CD4B6A.Arn/commits/*", "s3:PutObject archivefilesF8CD4B6A.Arn/manifests/*",
		"s3:GetObject archivefilesF8CD4B6A.Arn/commits/*", "s3:GetObject archivefilesF8CD4B6A.Arn/manifests/*",
	},
	topology.ReadClosed: {
		"s3:GetObject archivefilesF8CD4B6A.Arn/closed/*", "s3:GetObject archivefilesF8CD4B6A.Arn/closed-manifests/*",
	},
	topology.ReadSecret:  {"secretsmanager:GetSecretValue secret"},
	topology.IndexViews:  {"es:ESHttpPut foldstream-dev.Arn/*"},
	topology.SearchViews: {"es:ESHttpPost foldstream-dev.Arn/*/_search"},

	topology.ReadStandings:   {"dynamodb:GetItem views"},
	topology.ReadCheckpoints: {"dynamodb:GetItem checkpoints"},
	topology.CountQueues:     countingQueues(),
	topology.RebuildViews:    {"dynamodb:Scan views", "dynamodb:BatchWriteItem views"},
	topology.RebuildTexts:    {"es:ESHttpDelete foldstream-dev.Arn/*"},
	topology.ReadParked:      {"dynamodb:Query checkpoints"},
	topology.NoteJobs:        {"dynamodb:GetItem traces", "dynamodb:PutItem traces"},
	topology.EndJobs:         {"dynamodb:DeleteItem traces"},
	topology.ReadJobs:        {"dynamodb:Query traces"},
	topology.QueueJobs:       {"sqs:SendMessage upkeep.fifo"},
	topology.ForgetPersons: {
		"dynamodb:GetItem keys", "dynamodb:PutItem keys", "dynamodb:UpdateItem keys", "dynamodb:Scan keys",
		"dynamodb:Query snapshots", "dynamodb:BatchWriteItem snapshots",
	},
	topology.TakeInventory: {"dynamodb:Scan events", "dynamodb:Scan snapshots", "dynamodb:Scan connections"},
	topology.OpenPersonal:  {"dynamodb:BatchGetItem keys", "kms:Decrypt subjectkey"},
	topology.SealPersonal:  {"dynamodb:BatchGetItem keys", "dynamodb:PutItem keys", "kms:Decrypt subjectkey", "kms:GenerateDataKey subjectkey"},
	topology.HeedMove:      {"dynamodb:GetItem leases"},
	topology.AppendGated:   {"dynamodb:ConditionCheckItem leases"},
}

func countingQueues() []string {
	var all []string
	for _, view := range app.Views() {
		if view.Global {
			continue
		}
		for _, action := range []string{"sqs:GetQueueUrl ", "sqs:GetQueueAttributes "} {
			all = append(all, action+"arn:Partition:sqs:Region:AccountId:"+view.Name+".fifo")
		}
	}
	return all
}

func TestFunctionsMayDoJustWhatTheirGrantsSay(t *testing.T) {
	for _, f := range dev.functions() {
		var want []string
		for _, g := range f.Grants {
			want = append(want, granted[g]...)
		}
		want = append(append(want, triggering(f)...), "xray:PutTraceSegments *", "xray:PutTelemetryRecords *",
			"logs:CreateLogStream /foldstream/dev/"+f.Name, "logs:PutLogEvents /foldstream/dev/"+f.Name)
		slices.Sort(want)
		if diff := cmp.Diff(slices.Compact(want), dev.allowed(t, f)); diff != "" {
			t.Errorf("%s may do (-want +got):\n%s", f.Name, diff)
		}
	}
}

// triggering is what Lambda needs to read a function's source.
func triggering(f topology.Function) []string {
	reads := func(queue string) []string {
		return []string{"sqs:ReceiveMessage " + queue, "sqs:DeleteMessage " + queue, "sqs:GetQueueAttributes " + queue}
	}
	switch {
	case f.Queue != nil:
		return reads(f.Queue.Name + ".fifo")
	case f.Errands == engine.InboxName:
		return reads("inbox.fifo")
	case f.Errands == engine.TimersName:
		return reads("timers")
	case f.Errands == engine.UpkeepName:
		return reads("upkeep.fifo")
	case f.Stream:
		return []string{
			"dynamodb:DescribeStream events.StreamArn", "dynamodb:GetRecords events.StreamArn", "dynamodb:GetShardIterator events.StreamArn",
			"dynamodb:ListStreams *", "sqs:SendMessage relay-failures",
		}
	default:
		return nil
	}
}

// allowed is what the role of a function allows, each as "service:Action resource".
func (w *world) allowed(t *testing.T, f topology.Function) []string {
	t.Helper()
	lambda := w.deployed(t, f)
	return w.allows(lambda.in.Resources[strings.TrimSuffix(lambda.text("Role"), ".Arn")])
}

// allows is what a role allows.
func (w *world) allows(role resource) []string {
	var all []string
	for _, s := range statements(role) {
		all = append(all, w.spell(role, s)...)
	}
	slices.Sort(all)
	return all
}

// statements are those of a role's policies.
func statements(role resource) []map[string]any {
	var all []map[string]any
	for _, policy := range role.Properties["Policies"].([]any) {
		all = append(all, stated(policy.(map[string]any)["PolicyDocument"])...)
	}
	return all
}

// stated are the statements of a policy document.
func stated(document any) []map[string]any {
	var all []map[string]any
	for _, s := range document.(map[string]any)["Statement"].([]any) {
		all = append(all, s.(map[string]any))
	}
	return all
}

func (w *world) spell(r resource, s map[string]any) []string {
	var all []string
	resources, but, condition := s["Resource"], "", ""
	if s["NotResource"] != nil {
		resources, but = s["NotResource"], "all but "
	}
	if s["Condition"] != nil {
		condition = " if " + r.in.text(s["Condition"])
	}
	for _, action := range r.strings(s["Action"]) {
		for _, on := range r.strings(resources) {
			on = strings.ReplaceAll(strings.TrimSuffix(on, ".Arn"), w.stage.name(""), "")
			if strings.HasPrefix(on, "schedulesrole") {
				on = "the schedules' role"
			}
			all = append(all, action+" "+but+on+condition)
		}
	}
	return all
}

// scheduleRole is the role that schedules send by.
func (w *world) scheduleRole(t *testing.T) resource {
	t.Helper()
	for _, r := range w.all("AWS::IAM::Role") {
		if strings.Contains(r.text("AssumeRolePolicyDocument"), "scheduler.amazonaws.com") {
			return r
		}
	}
	t.Fatal("there is no role for schedules")
	return resource{}
}

func TestScheduleRole(t *testing.T) {
	role := dev.scheduleRole(t)
	if diff := cmp.Diff([]string{"sqs:SendMessage schedules-dead", "sqs:SendMessage timers"}, dev.allows(role)); diff != "" {
		t.Errorf("schedules may do (-want +got):\n%s", diff)
	}
	trust := role.Properties["AssumeRolePolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
	only := trust["Condition"].(map[string]any)["StringEquals"].(map[string]any)
	want := map[string]string{"aws:SourceAccount": "AccountId", "aws:SourceArn": "foldstream-dev-timers.Arn"}
	for key, value := range want {
		if got := role.in.text(only[key]); got != value {
			t.Errorf("%s is %q, not %q", key, got, value)
		}
	}
	dev.one(t, "AWS::Scheduler::ScheduleGroup", "Name", "foldstream-dev-timers")
}

// Whatever can be granted is granted to somebody, or the tests say nothing about it.
func TestEveryGrantIsTried(t *testing.T) {
	for g := topology.LoadEvents; g <= topology.TakeInventory; g++ {
		if !asked(dev.functions(), g) {
			t.Errorf("nobody has the grant %d", g)
		}
	}
}
