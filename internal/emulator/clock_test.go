package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/internal/emulator"
)

func TestClock(t *testing.T) {
	var clock emulator.Clock
	client := sqs.NewFromConfig(emulator.MiniStack(t), clock.Delay)
	queue, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(emulator.Name("clock"))})
	if err != nil {
		t.Fatal(err)
	}
	received := func(within int32) (bodies string) {
		t.Helper()
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: within})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Messages {
			bodies += aws.ToString(m.Body)
		}
		return bodies
	}
	for body, seconds := range map[string]int32{"a": 0, "b": 600, "c": 900} {
		_, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: queue.QueueUrl, MessageBody: aws.String(body), DelaySeconds: seconds})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		by     time.Duration
		within int32
		want   string
	}{{0, 5, "a"}, {599 * time.Second, 0, ""}, {time.Second, 5, "b"}, {time.Hour, 5, "c"}, {time.Hour, 0, ""}} {
		if err := clock.Advance(t.Context(), step.by); err != nil {
			t.Fatal(err)
		}
		if got := received(step.within); got != step.want {
			t.Fatalf("%v later %q comes, want %q", step.by, got, step.want)
		}
	}
	if ahead := time.Until(clock.Now()); ahead < 2*time.Hour || ahead > 3*time.Hour {
		t.Errorf("it is %v ahead", ahead)
	}
}
