package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/cost"
)

// TestStandingIsCounted holds what package cost takes to stand in a stage against the templates.
func TestStandingIsCounted(t *testing.T) {
	plain, c := dev.config, prod.config
	plain.search, plain.archive, plain.moves = "", "", ""
	c.search, c.archive, c.encryption, c.waf, c.canary, c.moves = openSearch, archiving, ownKey, firewall, canaries[0], moving
	got := cost.Stages{Try: synthesize(plain).standing(), Production: prod.standing(), Everything: synthesize(c).standing()}
	if *update {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("../cost/stacks.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(cost.Counted(), got); diff != "" {
		t.Errorf("cost/stacks.json (-file +templates; make cost writes it anew):\n%s", diff)
	}
}

// standing counts what is paid for in the templates, used or not.
func (w *world) standing() cost.Standing {
	s := cost.Standing{
		Alarms: len(w.all("AWS::CloudWatch::Alarm")), Dashboards: len(w.all("AWS::CloudWatch::Dashboard")),
		Keys: len(w.all("AWS::KMS::Key")), Secrets: len(w.all("AWS::SecretsManager::Secret")),
	}
	for _, alarm := range w.all("AWS::CloudWatch::Alarm") {
		watched := 1
		if queries, ok := alarm.Properties["Metrics"].([]any); ok {
			watched = 0
			for _, query := range queries {
				if query.(map[string]any)["MetricStat"] != nil {
					watched++
				}
			}
		}
		s.AlarmMetrics += watched
	}
	for _, source := range w.all("AWS::Lambda::EventSourceMapping") {
		switch arn := source.text("EventSourceArn"); {
		case strings.HasSuffix(arn, ".StreamArn"):
		case strings.HasSuffix(arn, ".fifo.Arn"):
			s.FIFOQueues++
		default:
			s.StandardQueues++
		}
	}
	for _, acl := range w.all("AWS::WAFv2::WebACL") {
		s.Firewalls++
		rules, _ := acl.Properties["Rules"].([]any)
		s.FirewallRules += len(rules)
	}
	for _, domain := range w.all("AWS::OpenSearchService::Domain") {
		s.SearchNodes += int(domain.Properties["ClusterConfig"].(map[string]any)["InstanceCount"].(float64))
		s.SearchGB += int(domain.Properties["EBSOptions"].(map[string]any)["VolumeSize"].(float64))
	}
	return s
}
