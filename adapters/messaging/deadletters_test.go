package messaging_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/uuid"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

// nets are last nets in an emulator.
type nets struct {
	*messaging.DeadLetters
}

func (n nets) url(t *testing.T, queue string, fifo bool) *string {
	t.Helper()
	name := n.Name(queue)
	if fifo {
		name += ".fifo"
	}
	out, err := n.Client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	return out.QueueUrl
}

func (n nets) Fail(t *testing.T, net engine.Net, group, body string) {
	t.Helper()
	input := &sqs.SendMessageInput{QueueUrl: n.url(t, net.Name, net.FIFO), MessageBody: aws.String(body)}
	if net.FIFO {
		input.MessageGroupId, input.MessageDeduplicationId = aws.String(group), aws.String(uuid.NewString())
	}
	if _, err := n.Client.SendMessage(t.Context(), input); err != nil {
		t.Fatal(err)
	}
}

func (n nets) Back(t *testing.T, net engine.Net) (bodies []string) {
	t.Helper()
	url := n.url(t, net.To, net.FIFO)
	for {
		out, err := n.Client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return bodies
		}
		for _, m := range out.Messages {
			bodies = append(bodies, aws.ToString(m.Body))
			if _, err := n.Client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDeadLetters(t *testing.T) {
	contract.DeadLetters(t, func(t *testing.T) (contract.Nets, engine.Net, engine.Net, engine.Net) {
		client, prefix := sqs.NewFromConfig(emulator.MiniStack(t)), emulator.Name("dead")
		fifo := engine.Net{Name: "view-dead", Of: "view", To: "view", FIFO: true}
		plain := engine.Net{Name: "timers-dead", Of: "timers", To: "timers"}
		noted := engine.Net{Name: "relay-failures", Of: "relay"}
		name := func(queue string) string { return prefix + "-" + queue }
		for _, net := range []engine.Net{fifo, plain, noted} {
			for _, queue := range []string{net.Name, net.To} {
				if queue == "" {
					continue
				}
				var err error
				if net.FIFO {
					_, err = messaging.CreateInbox(t.Context(), client, name(queue))
				} else {
					_, err = client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name(queue))})
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		return nets{&messaging.DeadLetters{Client: client, Name: name}}, fifo, plain, noted
	})
}
