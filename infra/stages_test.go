package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

func TestProductionKeepsItsData(t *testing.T) {
	for _, c := range []struct {
		world    *world
		policy   string
		protects bool
		days     string
	}{{dev, "Delete", false, "7"}, {prod, "Retain", true, "90"}} {
		kept := []resource{c.world.scheduleRole(t)}
		for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Scheduler::ScheduleGroup"} {
			kept = append(kept, c.world.all(kind)...)
		}
		for _, name := range []string{"inbox.fifo", "timers", "timers-dead", "schedules-dead"} {
			kept = append(kept, c.world.one(t, "AWS::SQS::Queue", "QueueName", c.world.stage.name(name)))
		}
		for _, r := range kept {
			if r.DeletionPolicy != c.policy {
				t.Errorf("%s: %s is not %s", c.world.stage, r.id, c.policy)
			}
		}
		events := c.world.one(t, "AWS::DynamoDB::Table", "TableName", c.world.stage.name("events"))
		if events.Properties["DeletionProtectionEnabled"] != c.protects {
			t.Errorf("%s: deletion protection of the events table is %v", c.world.stage, events.Properties["DeletionProtectionEnabled"])
		}
		for _, r := range c.world.all("AWS::Logs::LogGroup") {
			if got := r.text("RetentionInDays"); got != c.days {
				t.Errorf("%s: %s keeps its logs for %s days", c.world.stage, r.id, got)
			}
		}
	}
}

// No name of one stage is a name of the other, so that both can live in one account.
func TestStagesDoNotMeet(t *testing.T) {
	for _, t2 := range prod.templates {
		for id, r := range t2.Resources {
			if r.Type == "AWS::ApiGatewayV2::Authorizer" {
				continue // its name is its API's own
			}
			for _, property := range []string{"TableName", "FunctionName", "QueueName", "TopicName", "LogGroupName", "AlarmName", "DashboardName", "Name", "DomainName"} {
				if name, ok := r.Properties[property].(string); ok && !strings.Contains(name, "prod") {
					t.Errorf("%s is called %s in production", id, name)
				}
			}
		}
	}
}

func TestSecret(t *testing.T) {
	dev.shared.HasResourceProperties(jsii.String("AWS::SecretsManager::Secret"), map[string]any{
		"GenerateSecretString": map[string]any{"PasswordLength": 64},
	})
}

func TestSigningKey(t *testing.T) {
	dev.shared.HasResourceProperties(jsii.String("AWS::KMS::Key"), map[string]any{"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})
}

func TestAlarms(t *testing.T) {
	want := []string{
		"relay-age", "relay-failures", "topic-failures", "http-5xx", "identity-5xx", "websocket-errors", "parked",
		"table-events-throttles", "table-feed-throttles", "table-views-throttles", "table-checkpoints-throttles",
		"table-traces-throttles", "table-connections-throttles", "table-leases-throttles", "table-snapshots-throttles",
		"queue-inbox-age", "queue-timers-age", "queue-timers-dead", "schedules-dead",
	}
	for _, f := range dev.functions() {
		want = append(want, f.Name+"-errors", f.Name+"-throttles")
		if f.Queue != nil {
			want = append(want, "queue-"+f.Queue.Name+"-age", "queue-"+f.Queue.Name+"-dead")
		}
	}
	var got []string
	for _, r := range dev.all("AWS::CloudWatch::Alarm") {
		got = append(got, strings.TrimPrefix(r.text("AlarmName"), "foldstream-dev-"))
		if r.text("AlarmActions") == "" || r.in.text(r.Properties["AlarmActions"].([]any)[0]) != "foldstream-dev-alarms" {
			t.Errorf("%s tells nobody", r.id)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("alarms\n%v\nnot\n%v", got, want)
	}
	age := dev.one(t, "AWS::CloudWatch::Alarm", "AlarmName", "foldstream-dev-relay-age")
	if age.text("MetricName") != "IteratorAge" || !strings.Contains(age.text("Dimensions"), "foldstream-dev-relay") {
		t.Errorf("the relay's age is measured by %s of %s", age.text("MetricName"), age.text("Dimensions"))
	}
	for _, f := range consumers() {
		dev.one(t, "AWS::Logs::MetricFilter", "LogGroupName", "/foldstream/dev/"+f.Name)
	}
}

func TestDashboardShowsEveryFunctionAndQueue(t *testing.T) {
	body := dev.one(t, "AWS::CloudWatch::Dashboard", "DashboardName", "foldstream-dev-overview").text("DashboardBody")
	for _, f := range dev.functions() {
		if !strings.Contains(body, `"foldstream-dev-`+f.Name+`"`) {
			t.Errorf("the dashboard does not show %s", f.Name)
		}
		if f.Queue != nil && !strings.Contains(body, `"foldstream-dev-`+f.Queue.Name+`.fifo"`) {
			t.Errorf("the dashboard does not show the queue of %s", f.Queue.Name)
		}
	}
	for _, queue := range []string{"inbox.fifo", "timers-dead", "schedules-dead"} {
		if !strings.Contains(body, `"foldstream-dev-`+queue+`"`) {
			t.Errorf("the dashboard does not show the queue %s", queue)
		}
	}
	if !strings.Contains(body, `"QueueName","foldstream-dev-timers"`) {
		t.Error("the dashboard does not show the queue of timers")
	}
}
