package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// A stage that is a try posts mails and texts into its table, by default, and may not send anything to anybody.
func TestATrySendsNothingToPeople(t *testing.T) {
	c := dev.config
	c.stage, c.outbox = "try", ""
	try := synthesize(c)
	table := try.one(t, "AWS::DynamoDB::Table", "TableName", "foldstream-try-outbox")
	if got := table.text("TimeToLiveSpecification.Enabled"); got != "true" {
		t.Errorf("what is posted expires: %q", got)
	}
	senders := 0
	for _, f := range try.functions() {
		allowed := strings.Join(try.allowed(t, f), "\n")
		if strings.Contains(allowed, "ses:") || strings.Contains(allowed, "sns:Publish all but") {
			t.Errorf("%s may send to people:\n%s", f.Name, allowed)
		}
		posts := slices.Contains(f.Grants, topology.SendMail) || slices.Contains(f.Grants, topology.SendText)
		if may := strings.Contains(allowed, "dynamodb:PutItem outbox"); may != posts {
			t.Errorf("%s may post: %v, and its grants want it: %v", f.Name, may, posts)
		}
		if name := try.told(t, f)[setting.OutboxTable]; (name != nil) != posts {
			t.Errorf("%s is told of the outbox as %v", f.Name, name)
		}
		if posts {
			senders++
		}
	}
	if senders == 0 {
		t.Error("nobody sends anything, or this says nothing")
	}
}

func TestProductionSendsToPeople(t *testing.T) {
	for _, r := range prod.all("AWS::DynamoDB::Table") {
		if strings.Contains(r.text("TableName"), "outbox") {
			t.Errorf("there is %s", r.text("TableName"))
		}
	}
	for _, f := range prod.functions() {
		if slices.Contains(f.Grants, topology.SendMail) && !strings.Contains(strings.Join(prod.allowed(t, f), "\n"), "ses:SendEmail") {
			t.Errorf("%s may not send mails", f.Name)
		}
	}
}

func TestOutboxIsSaidPlainly(t *testing.T) {
	for value, want := range map[string]map[stage]bool{"": {"dev": true, production: false}, outboxOn: {"dev": true, production: true}, outboxOff: {"dev": false, production: false}} {
		for s, posts := range want {
			if got := (config{stage: s, outbox: value}).posts(); got != posts {
				t.Errorf("outbox %q: %s posts: %v", value, s, got)
			}
		}
	}
	if checkOutbox("s3") == nil {
		t.Error("any word will do")
	}
}
