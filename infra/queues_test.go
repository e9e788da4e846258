package main

import (
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/topology"
)

func consumers() []topology.Function {
	var all []topology.Function
	for _, f := range dev.functions() {
		if f.Queue != nil {
			all = append(all, f)
		}
	}
	return all
}

func TestEveryConsumerHasItsQueue(t *testing.T) {
	for _, f := range consumers() {
		queue := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-"+f.Queue.Name+".fifo")
		dead := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-"+f.Queue.Name+"-dead.fifo")
		for _, q := range []resource{queue, dead} {
			want := map[string]any{
				"FifoQueue": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId", "SqsManagedSseEnabled": true,
			}
			for property, value := range want {
				if q.Properties[property] != value {
					t.Errorf("%s: %s is %v, not %v", f.Queue.Name, property, q.Properties[property], value)
				}
			}
		}
		if got := queue.text("RedrivePolicy.deadLetterTargetArn"); got != "foldstream-dev-"+f.Queue.Name+"-dead.fifo.Arn" {
			t.Errorf("%s: dead letters go to %s", f.Queue.Name, got)
		}
		// The engine parks at the fifth delivery, and must come to do so.
		if got := queue.number("RedrivePolicy.maxReceiveCount"); got <= 5 {
			t.Errorf("%s: a message is given up after %v receives", f.Queue.Name, got)
		}
		if hidden, runs := queue.number("VisibilityTimeout"), dev.deployed(t, f).number("Timeout"); hidden < 6*runs {
			t.Errorf("%s: messages are hidden for %v s while the function may run for %v s", f.Queue.Name, hidden, runs)
		}
	}
	others := []string{"relay-failures", "inbox.fifo", "timers", "timers-dead", "schedules-dead", "upkeep.fifo", "upkeep-dead.fifo"}
	if got, want := len(dev.all("AWS::SQS::Queue")), 2*len(consumers())+len(others); got != want {
		t.Errorf("%d queues; two for each of %d consumers, and %v, are %d", got, len(consumers()), others, want)
	}
}

func TestQueuesAreReadInPart(t *testing.T) {
	queues := []string{"inbox.fifo", "timers", "upkeep.fifo"}
	for _, f := range consumers() {
		queues = append(queues, f.Queue.Name+".fifo")
	}
	for _, queue := range queues {
		r := dev.one(t, "AWS::Lambda::EventSourceMapping", "EventSourceArn", "foldstream-dev-"+queue+".Arn")
		if n := r.number("BatchSize"); n > 10 || r.text("FunctionResponseTypes") != `["ReportBatchItemFailures"]` {
			t.Errorf("%s: batches of %v, answered by %s", queue, n, r.text("FunctionResponseTypes"))
		}
	}
}

func TestSubscriptions(t *testing.T) {
	type subscription struct{ Topic, Protocol, Raw, Scope, Filter string }
	for _, f := range consumers() {
		r := dev.one(t, "AWS::SNS::Subscription", "Endpoint", "foldstream-dev-"+f.Queue.Name+".fifo.Arn")
		want := subscription{Topic: "foldstream-dev-commits.fifo", Protocol: "sqs", Raw: "true"}
		switch {
		case f.Queue.Wakes:
			want.Scope, want.Filter = "MessageAttributes", `{"category":["feed"]}`
		case f.Queue.Heralds:
		case len(f.Queue.Categories) > 0:
			want.Scope, want.Filter = "MessageAttributes", r.in.text(map[string]any{"category": f.Queue.Categories})
		default:
			want.Scope, want.Filter = "MessageAttributes", `{"category":[{"anything-but":["feed"]}]}`
		}
		got := subscription{r.text("TopicArn"), r.text("Protocol"), r.text("RawMessageDelivery"), r.text("FilterPolicyScope"), ""}
		if filter := r.Properties["FilterPolicy"]; filter != nil {
			got.Filter = r.in.text(filter)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Queue.Name, diff)
		}
		if len(r.DependsOn) != 2 {
			t.Errorf("%s: the subscription does not wait for the policies of its queues: %v", f.Queue.Name, r.DependsOn)
		}
	}
}

func TestTopic(t *testing.T) {
	dev.shared.HasResourceProperties(jsii.String("AWS::SNS::Topic"), map[string]any{
		"TopicName": "foldstream-dev-commits.fifo", "FifoTopic": true, "FifoThroughputScope": "MessageGroup", "ContentBasedDeduplication": false,
	})
}

func TestRelayReadsTheStreamInOrder(t *testing.T) {
	r := dev.one(t, "AWS::Lambda::EventSourceMapping", "EventSourceArn", "foldstream-dev-events.StreamArn")
	want := map[string]string{
		"StartingPosition": "TRIM_HORIZON", "BisectBatchOnFunctionError": "true", "ParallelizationFactor": "1",
		"FunctionResponseTypes": `["ReportBatchItemFailures"]`, "DestinationConfig.OnFailure.Destination": "foldstream-dev-relay-failures.Arn",
	}
	for property, value := range want {
		if got := r.text(property); got != value {
			t.Errorf("%s is %q, not %q", property, got, value)
		}
	}
	if n := r.number("MaximumRetryAttempts"); n < 1 || n > 100 {
		t.Errorf("a record is tried %v times", n)
	}
	failures := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-relay-failures")
	if failures.Properties["FifoQueue"] != nil {
		t.Error("Lambda sends failures to standard queues only")
	}
}

// Another writer takes over within seconds when one dies: its messages are hidden no longer than it could have run, and a
// little longer than its lease.
func TestInbox(t *testing.T) {
	queue := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-inbox.fifo")
	want := map[string]any{
		"FifoQueue": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId", "SqsManagedSseEnabled": true,
		"VisibilityTimeout": 6.0, "MessageRetentionPeriod": 14 * day.Seconds(),
		"RedrivePolicy": nil, // what went there would be overtaken
	}
	for property, value := range want {
		if queue.Properties[property] != value {
			t.Errorf("%s is %v, not %v", property, queue.Properties[property], value)
		}
	}
	if runs := dev.one(t, "AWS::Lambda::Function", "FunctionName", "foldstream-dev-inbox").number("Timeout"); runs != 5 {
		t.Errorf("the function may run for %v s", runs)
	}
}

func TestTimersAreNotLost(t *testing.T) {
	queue := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-timers")
	if queue.text("RedrivePolicy.deadLetterTargetArn") != "foldstream-dev-timers-dead.Arn" || queue.number("RedrivePolicy.maxReceiveCount") < 100 {
		t.Errorf("messages are given up like this: %s", queue.text("RedrivePolicy"))
	}
	if hidden, runs := queue.number("VisibilityTimeout"), dev.one(t, "AWS::Lambda::Function", "FunctionName", "foldstream-dev-timers").number("Timeout"); hidden < runs {
		t.Errorf("messages are hidden for %v s while the function may run for %v s", hidden, runs)
	}
	for _, name := range []string{"timers", "timers-dead", "schedules-dead"} {
		r := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-"+name)
		if r.Properties["FifoQueue"] != nil || r.number("MessageRetentionPeriod") != 14*day.Seconds() {
			t.Errorf("%s is a FIFO queue, or forgets within 14 days", name)
		}
	}
}

// A job has all of a function's time, and nobody else is handed it meanwhile.
func TestUpkeep(t *testing.T) {
	queue := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-upkeep.fifo")
	runs := dev.one(t, "AWS::Lambda::Function", "FunctionName", "foldstream-dev-upkeep").number("Timeout")
	if hidden := queue.number("VisibilityTimeout"); runs != 900 || hidden <= runs {
		t.Errorf("the function may run for %v s, and messages are hidden for %v s", runs, hidden)
	}
	if n := dev.one(t, "AWS::Lambda::EventSourceMapping", "EventSourceArn", "foldstream-dev-upkeep.fifo.Arn").number("BatchSize"); n != 1 {
		t.Errorf("%v jobs share a function's time", n)
	}
	if queue.text("RedrivePolicy.deadLetterTargetArn") != "foldstream-dev-upkeep-dead.fifo.Arn" || queue.number("RedrivePolicy.maxReceiveCount") != 6 {
		t.Errorf("messages are given up like this: %s", queue.text("RedrivePolicy"))
	}
	for _, name := range []string{"upkeep.fifo", "upkeep-dead.fifo"} {
		r := dev.one(t, "AWS::SQS::Queue", "QueueName", "foldstream-dev-"+name)
		if r.Properties["FifoQueue"] != true || r.number("MessageRetentionPeriod") != 14*day.Seconds() {
			t.Errorf("%s is no FIFO queue, or forgets within 14 days", name)
		}
	}
	prod.one(t, "AWS::CloudWatch::Alarm", "AlarmName", "foldstream-prod-queue-upkeep-dead")
}
