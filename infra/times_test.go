package main

import (
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// seconds fails unless a property is a time of the limits.
func seconds(t *testing.T, what string, got float64, want time.Duration) {
	t.Helper()
	if got != want.Seconds() {
		t.Errorf("%s: %v s, and not %v", what, got, want)
	}
}

// TestStacksKeepToTheLimits: what follows from what is tested in package limits; here the templates say the same.
func TestStacksKeepToTheLimits(t *testing.T) {
	for _, f := range dev.functions() {
		want := limits.Request
		switch {
		case f.Queue != nil:
			want = limits.Consumer
			queue := dev.one(t, "AWS::SQS::Queue", "QueueName", dev.stage.name(f.Queue.Name)+".fifo")
			seconds(t, f.Queue.Name+" hides messages", queue.number("VisibilityTimeout"), limits.Visibility)
			seconds(t, f.Queue.Name+" keeps messages", queue.number("MessageRetentionPeriod"), limits.QueueRetention)
			if got := queue.number("RedrivePolicy.maxReceiveCount"); got != float64(limits.Receives) {
				t.Errorf("%s gives a message up after %v receives", f.Queue.Name, got)
			}
		case f.Errands == engine.UpkeepName:
			want = limits.Upkeep
			seconds(t, f.Errands+" hides messages", errandQueueOf(t, f).number("VisibilityTimeout"), limits.UpkeepHidden)
		case f.Errands != "":
			want = limits.Errand
			seconds(t, f.Errands+" hides messages", errandQueueOf(t, f).number("VisibilityTimeout"), limits.ErrandHidden)
		case f.Stream:
			want = limits.Relay
			source := dev.one(t, "AWS::Lambda::EventSourceMapping", "EventSourceArn", dev.stage.name("events")+".StreamArn")
			if tries, batch := source.number("MaximumRetryAttempts"), source.number("BatchSize"); tries != float64(limits.RelayAttempts) || batch != limits.RelayBatch {
				t.Errorf("batches of %v are retried %v times", batch, tries)
			}
		case f.Schedule:
			want = limits.Sweeper
		}
		seconds(t, f.Name+" runs", dev.deployed(t, f).number("Timeout"), want)
	}
	for _, r := range dev.all("AWS::ApiGatewayV2::Integration") {
		if ms := r.number("TimeoutInMillis"); ms != float64(limits.Integration.Milliseconds()) {
			t.Errorf("%s waits for %v ms", r.id, ms)
		}
	}
}

func errandQueueOf(t *testing.T, f topology.Function) resource {
	t.Helper()
	source := dev.one(t, "AWS::Lambda::EventSourceMapping", "FunctionName", dev.stage.name(f.Name)+".Arn")
	name := source.text("EventSourceArn")
	return dev.one(t, "AWS::SQS::Queue", "QueueName", name[:len(name)-len(".Arn")])
}
