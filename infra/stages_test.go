package main

import (
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
	}{{dev, "Delete", false, "7"}, {prod, "RetainExceptOnCreate", true, "90"}} {
		kept := []resource{c.world.scheduleRole(t)}
		for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Scheduler::ScheduleGroup"} {
			kept = append(kept, c.world.all(kind)...)
		}
		for _, name := range []string{"inbox.fifo", "timers", "timers-dead", "schedules-dead", "upkeep.fifo", "upkeep-dead.fifo"} {
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
