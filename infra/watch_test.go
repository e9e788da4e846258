package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/internal/observe"
)

// alarmNames are the alarms of a stage without its name.
func alarmNames(w *world) []string {
	var all []string
	for _, r := range w.all("AWS::CloudWatch::Alarm") {
		all = append(all, strings.TrimPrefix(r.text("AlarmName"), w.stage.name("")))
	}
	slices.Sort(all)
	return all
}

// A try is watched by what it costs next to nothing to watch; production closely.
func TestAlarms(t *testing.T) {
	always := []string{"functions-failed", "http-5xx", "identity-5xx", "lag", "parked", "relay-age", "relay-failures"}
	if diff := cmp.Diff(always, alarmNames(dev)); diff != "" {
		t.Errorf("alarms of a try (-want +got):\n%s", diff)
	}
	want := append(
		slices.Clone(always), "functions-throttled", "topic-failures", "websocket-errors",
		"table-events-throttles", "table-feed-throttles", "table-views-throttles", "table-checkpoints-throttles",
		"table-traces-throttles", "table-connections-throttles", "table-leases-throttles", "table-snapshots-throttles", "table-directory-throttles", "table-keys-throttles",
		"queue-inbox-age", "queue-timers-age", "queue-timers-dead", "schedules-dead", "queue-upkeep-age", "queue-upkeep-dead",
	)
	for _, f := range prod.functions() {
		if f.Queue != nil {
			want = append(want, "queue-"+f.Queue.Name+"-age", "queue-"+f.Queue.Name+"-dead")
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, alarmNames(prod)); diff != "" {
		t.Errorf("alarms of production (-want +got):\n%s", diff)
	}
	for _, w := range []*world{dev, prod} {
		metrics := 0
		for _, r := range w.all("AWS::CloudWatch::Alarm") {
			if r.text("AlarmActions") == "" || r.in.text(r.Properties["AlarmActions"].([]any)[0]) != w.stage.name("alarms") {
				t.Errorf("%s tells nobody", r.id)
			}
			metrics += max(1, strings.Count(r.text("Metrics"), "MetricName"))
		}
		t.Logf("%s: %d alarms of %d metrics", w.stage, len(alarmNames(w)), metrics)
	}
}

// What alarms look at is what is written.
func TestAlarmsLookAtWhatThereIs(t *testing.T) {
	for name, want := range map[string]struct{ namespace, metric, dimensions string }{
		"relay-age":           {"AWS/Lambda", "IteratorAge", `[{"Name":"FunctionName","Value":"foldstream-prod-relay"}]`},
		"parked":              {"Foldstream/prod", observe.Parked.Name, ""},
		"lag":                 {"Foldstream/prod", observe.Lag.Name, ""},
		"functions-failed":    {"Foldstream/prod", "FunctionsFailed", ""},
		"functions-throttled": {"AWS/Lambda", "Throttles", ""},
	} {
		r := prod.one(t, "AWS::CloudWatch::Alarm", "AlarmName", "foldstream-prod-"+name)
		if r.text("Namespace") != want.namespace || r.text("MetricName") != want.metric || r.text("Dimensions") != want.dimensions {
			t.Errorf("%s: %s %s of %s", name, r.text("Namespace"), r.text("MetricName"), r.text("Dimensions"))
		}
	}
	for _, f := range prod.functions() {
		r := prod.one(t, "AWS::Logs::MetricFilter", "LogGroupName", "/foldstream/prod/"+f.Name)
		made := r.Properties["MetricTransformations"].([]any)[0].(map[string]any)
		if r.text("FilterPattern") != `{ $.type = "platform.report" && $.record.status != "success" }` ||
			made["MetricNamespace"] != "Foldstream/prod" || made["MetricName"] != "FunctionsFailed" || made["MetricValue"] != "1" {
			t.Errorf("%s: %s is counted as %v", f.Name, r.text("FilterPattern"), made)
		}
		told := prod.deployed(t, f).Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
		if told["FOLDSTREAM_STAGE"] != "prod" {
			t.Errorf("%s writes its figures for the stage %v", f.Name, told["FOLDSTREAM_STAGE"])
		}
	}
}

var (
	heading   = regexp.MustCompile(`(?m)^## ([a-z-]+)$`)
	reference = regexp.MustCompile(`\. See docs/runbook\.md#([a-z-]+)$`)
)

// kinds are those of all alarms, each of which ends with a reference to its heading in the runbook.
func kinds(t *testing.T, worlds ...*world) []string {
	t.Helper()
	var all []string
	for _, w := range worlds {
		for _, r := range w.all("AWS::CloudWatch::Alarm") {
			at := reference.FindStringSubmatch(r.text("AlarmDescription"))
			if at == nil {
				t.Errorf("%s does not say where to read on: %s", r.id, r.text("AlarmDescription"))
				continue
			}
			all = append(all, at[1])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestTheRunbookKnowsEachAlarm(t *testing.T) {
	text, err := os.ReadFile("../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		if !heading.MatchString("## " + name) {
			continue // no alarm's
		}
		headings = append(headings, name)
		for _, part := range []string{"**Means**", "**Look**", "**Do**", "**Over**"} {
			if strings.Count(body, part) != 1 {
				t.Errorf("the runbook does not say once of %s: %s", name, part)
			}
		}
	}
	slices.Sort(headings)
	gradual := small(t, "dev")
	gradual.canary = canaries[0]
	if diff := cmp.Diff(kinds(t, dev, prod, synthesize(gradual)), headings); diff != "" {
		t.Errorf("kinds of alarms (-stacks +runbook):\n%s", diff)
	}
}

func TestDashboardShowsEveryFunctionAndQueue(t *testing.T) {
	body := dev.one(t, "AWS::CloudWatch::Dashboard", "DashboardName", "foldstream-dev-overview").text("DashboardBody")
	shows := func(of, text string) {
		t.Helper()
		if !strings.Contains(body, text) {
			t.Errorf("the dashboard does not show %s", of)
		}
	}
	for _, f := range dev.functions() {
		shows(f.Name, `"foldstream-dev-`+f.Name+`"`)
		if f.Queue != nil {
			shows("the queue of "+f.Name, `"foldstream-dev-`+f.Queue.Name+`.fifo"`)
			if f.Name != "snapshots" {
				shows("the lag of "+f.Name, `"Lag","Consumer","`+f.Queue.Name+`"`)
			}
		}
	}
	for _, queue := range []string{"inbox.fifo", "timers-dead", "schedules-dead", "relay-failures", "upkeep.fifo", "upkeep-dead.fifo"} {
		shows(queue, `"foldstream-dev-`+queue+`"`)
	}
	shows("the queue of timers", `"QueueName","foldstream-dev-timers"`)
	shows("the 99th percentile of a command's function", `"Duration","FunctionName","foldstream-dev-command-take-turn",{"stat":"p99"}`)
	shows("pushes", `["Foldstream/dev","Pushes"`)
	shows("the tables", `"ConsumedWriteCapacityUnits","TableName","foldstream-dev-events"`)
	shows("the rate of the feed", `{"expression":"RATE(m0) * 60"`)
	shows("no more than the rate of the feed", `["Foldstream/dev","FeedPosition",{"id":"m0","stat":"Maximum","visible":false}]`)
}
